using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Retraining.Challenges;
using Slipway.Monitoring.Runs;
using Slipway.Registry.Contracts;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Retraining;

/// <summary>
/// POST /api/v1/retraining/{name}/evaluate: decides for a moment of event time whether to train again, keeps the decision,
/// and submits the training job. Asked twice for the same moment, it gives the same decision and the same job.
/// </summary>
internal sealed class EvaluatePolicy(
    PolicyStore policies,
    DecisionStore decisions,
    RunStore runs,
    RunMonitor monitor,
    FactFinder facts,
    TrainingSubmission training,
    DecisionLog log,
    IModelRegistry registry,
    IAccess access,
    TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/retraining/{name}/evaluate", HandleAsync).WithName("EvaluateRetraining").WithTags("monitoring");

    /// <param name="window">The window of the monitor run to judge; one is made when there is none.</param>
    /// <param name="inputs">Inputs of the training job, over those of the policy.</param>
    /// <param name="byHand">The caller wants it trained: only the data gate and the budget may still hold it back.</param>
    public async Task<RetrainingDecision> RunAsync(
        Caller caller, string name, TimeWindow window, DateTimeOffset eventTime, IReadOnlyDictionary<string, string> inputs, CancellationToken ct,
        bool byHand = false)
    {
        await access.DemandAsync(caller, Permission.Write, $"retraining:{name}", ct);
        var row = await policies.GetAsync(caller.Workspace, name, ct);
        var decision = await decisions.FindAsync(caller.Workspace, name, eventTime, ct);
        while (byHand && decision is { Retrain: false })
        {
            // A moment has one decision; what is asked for after it is decided a second later.
            eventTime += TimeSpan.FromSeconds(1);
            decision = await decisions.FindAsync(caller.Workspace, name, eventTime, ct);
        }

        decision ??= await DecideAsync(caller, row, window, eventTime, inputs, byHand ? caller.Principal : null, ct);
        return await training.EnsureAsync(caller, row, decision, ct);
    }

    private static async Task<Ok<DecisionWire>> HandleAsync(
        string name, Request request, Caller caller, EvaluatePolicy operation, ChallengeStore challenges, CancellationToken ct)
    {
        var decision = await operation.RunAsync(
            caller,
            name,
            WindowText.Checked(request.From, request.To),
            request.EventTime ?? request.To,
            request.Inputs ?? new Dictionary<string, string>(),
            ct,
            request.Force);
        return TypedResults.Ok(DecisionWire.Of(decision, await challenges.FindAsync(decision.Id, ct)));
    }

    private async Task<RetrainingDecision> DecideAsync(
        Caller caller, PolicyRow row, TimeWindow window, DateTimeOffset eventTime, IReadOnlyDictionary<string, string> inputs, string? askedBy, CancellationToken ct)
    {
        var policy = row.Read();
        var champion = await registry.FindAsync(caller, $"{policy.Model}@{policy.Alias}", ct);
        MonitorRun? run = null;
        var judgement = new Judgement(
            true, $"Retrain: there is no {policy.Model}@{policy.Alias} yet.", new JsonObject { ["champion"] = null });
        if (champion is not null)
        {
            run = await runs.FindAsync(caller.Workspace, policy.Monitor, window, ct)
                ?? await monitor.RunAsync(caller, policy.Monitor, window, ct);
            judgement = Judgement.Of(policy, await facts.FindAsync(caller, policy, champion, run, eventTime, ct), askedBy);
        }

        var hasJob = judgement.Retrain && row.ReadJob() is not null;
        var decision = new RetrainingDecision
        {
            Id = Ids.New(time),
            Policy = policy.Name,
            EventTime = eventTime,
            MonitorRun = run?.Id,
            Retrain = judgement.Retrain,
            Reason = judgement.Reason,
            NumbersJson = judgement.Numbers.ToJsonString(),
            JobName = hasJob ? TrainingSubmission.JobName(policy.Name, eventTime) : null,
            JobInputs = hasJob ? Inputs(policy, window, eventTime, inputs) : new Dictionary<string, string>(),
            Submitted = false,
            DecidedAt = time.GetUtcNow(),
            DecidedBy = caller.Principal,
        };
        return await log.KeepAsync(caller, decision, [run?.Node, champion?.Node], policy.Rollout is null ? null : Challenge.Of(caller.Workspace, decision), ct);
    }

    private static Dictionary<string, string> Inputs(
        RetrainingDefinition policy, TimeWindow window, DateTimeOffset eventTime, IReadOnlyDictionary<string, string> inputs)
    {
        var all = policy.Inputs.ToDictionary(
            input => input.Key,
            input => input.Value
                .Replace("${{window.from}}", Text(window.From), StringComparison.Ordinal)
                .Replace("${{window.to}}", Text(window.To), StringComparison.Ordinal)
                .Replace("${{event_time}}", Text(eventTime), StringComparison.Ordinal));
        foreach (var (key, value) in inputs)
            all[key] = value;
        return all;
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <param name="From">The monitored window of event time, inclusive.</param>
    /// <param name="To">Exclusive.</param>
    /// <param name="EventTime">The moment to decide for; the window's end when left out.</param>
    /// <param name="Force">Train, whatever the triggers say; only the data gate and the budget may still hold it back.</param>
    internal sealed record Request(
        DateTimeOffset From, DateTimeOffset To, DateTimeOffset? EventTime = null, IReadOnlyDictionary<string, string>? Inputs = null, bool Force = false);
}
