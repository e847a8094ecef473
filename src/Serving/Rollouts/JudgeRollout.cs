using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Serving.Rollouts;

/// <summary>
/// Looks at a running rollout: sets the traffic of its step, counts, judges, and decides. It may be asked at any time and after any
/// crash: what was done already is not done again.
/// </summary>
internal sealed class JudgeRollout(
    RolloutStore store, RolloutTraffic traffic, AnswerComparison answers, RolloutLog log, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/rollouts/{name}/evaluate", HandleAsync).WithName("EvaluateRollout").WithTags("rollouts");

    public async Task<Rollout> RunAsync(WorkspaceName workspace, string name, CancellationToken ct)
    {
        var rollout = await store.GetAsync(workspace, name, ct);
        if (rollout.IsOver)
            return rollout;
        if (await traffic.FindAsync(rollout, ct) is not { } endpoint)
        {
            var reason = $"Ended: endpoint '{rollout.Definition.Endpoint}' does not exist any more.";
            return await log.DecideAsync(rollout with { Status = RolloutStatus.Aborted }, "abort", reason, "[]", ct);
        }

        if (rollout.Status is not (RolloutStatus.Running or RolloutStatus.AwaitingApproval))
            return rollout;
        if (RolloutTraffic.WhatChanged(rollout, endpoint) is { } change)
            return await log.DecideAsync(rollout with { Status = RolloutStatus.Paused }, "pause", $"Paused: {change}.", "[]", ct);
        if (!rollout.State.Applied)
            return await BeginStepAsync(rollout, ct);

        rollout = rollout with { State = traffic.Count(rollout) };
        List<Finding> findings = [.. RolloutJudge.Counted(rollout)];
        if (rollout.Definition.Criteria.NeedsAnswers && rollout.Current.HasBaseline)
            findings.AddRange(await answers.RunAsync(rollout, ct));
        var judgement = RolloutJudge.Of(rollout, findings, time.GetUtcNow());
        return await ActAsync(rollout, judgement, JsonSerializer.Serialize(findings, RolloutJson.Default.IReadOnlyListFinding), ct);
    }

    private static async Task<Ok<RolloutWire>> HandleAsync(
        string name, Caller caller, JudgeRollout operation, RolloutStore store, IAccess access, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"rollout:{name}", ct);
        var rollout = await operation.RunAsync(caller.Workspace, name, ct);
        return TypedResults.Ok(RolloutWire.Of(rollout, await store.ListDecisionsAsync(caller.Workspace, name, ct)));
    }

    private async Task<Rollout> BeginStepAsync(Rollout rollout, CancellationToken ct)
    {
        var reason = $"rollout '{rollout.Name}', step {rollout.Step + 1} of {rollout.Definition.Steps.Count}: {rollout.Current}";
        await traffic.ApplyAsync(rollout, rollout.Current.Traffic, rollout.Current.Shadow, reason, ct);
        var begun = rollout with { StepStartedAt = time.GetUtcNow(), State = traffic.Begin(rollout) };
        return await log.DecideAsync(begun, "step", $"Step {rollout.Step + 1} of {rollout.Definition.Steps.Count} began: {rollout.Current}.", "[]", ct);
    }

    private Task<Rollout> ActAsync(Rollout rollout, RolloutJudge judgement, string numbers, CancellationToken ct)
    {
        var outcome = judgement.Outcome == Outcome.Inconclusive && rollout.Status == RolloutStatus.Running
            ? rollout.Definition.OnInconclusive switch { "rollback" => Outcome.RollBack, "advance" => Outcome.Advance, _ => Outcome.Inconclusive }
            : judgement.Outcome;
        var (step, last) = (rollout.Step + 1, rollout.Definition.Steps.Count);
        return outcome switch
        {
            Outcome.RollBack => RollBackAsync(rollout, RolloutStatus.RolledBack, $"Rolled back in step {step}: {judgement.Reason}.", numbers, ct),
            // It has passed. Until somebody agrees it keeps its traffic, and may still be found broken.
            _ when rollout.Status == RolloutStatus.AwaitingApproval => log.WaitAsync(rollout, ct),
            Outcome.Inconclusive => log.DecideAsync(
                rollout with { Status = RolloutStatus.Paused }, "pause", $"Paused: step {step} reached its time limit, {judgement.Reason}.", numbers, ct),
            Outcome.Advance when rollout.Current.Approval => log.DecideAsync(
                rollout with { Status = RolloutStatus.AwaitingApproval }, "await_approval",
                $"Step {step} has passed ({judgement.Reason}) and waits for an approval.", numbers, ct),
            Outcome.Advance => AdvanceAsync(rollout, $"Step {step} of {last} has passed: {judgement.Reason}.", numbers, ct),
            _ => log.WaitAsync(rollout with { Message = $"Step {step} of {last} ({rollout.Current}): {judgement.Reason}." }, ct),
        };
    }

    /// <summary>To the next step, or to the end.</summary>
    public async Task<Rollout> AdvanceAsync(Rollout rollout, string reason, string numbers, CancellationToken ct)
    {
        if (rollout.Step + 1 < rollout.Definition.Steps.Count)
        {
            var next = await log.AdvanceAsync(rollout, rollout.At(rollout.Step + 1, time.GetUtcNow(), reason), reason, numbers, ct);
            return await BeginStepAsync(next, ct);
        }

        // The last shadow ends with the rollout; the candidate keeps the share that it has.
        await traffic.ApplyAsync(rollout, rollout.Current.Traffic, shadow: 0, reason, ct);
        return await log.DecideAsync(rollout with { Status = RolloutStatus.Completed }, "complete", reason, numbers, ct);
    }

    /// <summary>All traffic to the baseline. Where somebody deleted what it would be taken from or given to, it stays as it is.</summary>
    public async Task<Rollout> RollBackAsync(
        Rollout rollout, RolloutStatus end, string reason, string numbers, CancellationToken ct)
    {
        if (await traffic.FindAsync(rollout, ct) is { } endpoint && RolloutTraffic.WhatIsGone(rollout, endpoint) is null)
            await traffic.ApplyAsync(rollout, candidate: 0, shadow: 0, $"rollout '{rollout.Name}': {reason}", ct);
        return await log.DecideAsync(rollout with { Status = end }, end == RolloutStatus.Aborted ? "abort" : "rollback", reason, numbers, ct);
    }
}
