using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Jobs.Execution;
using Slipway.Jobs.Sweeps;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Statistics.Search;
using Slipway.Tracking.Contracts;

namespace Slipway.Jobs.Operations;

/// <summary>GET /api/v1/jobs/{name}/trials: what each trial of the job's sweeps was tried with, and what came of it.</summary>
internal sealed class ListTrials(
    JobStore jobs, StepStore steps, ActiveJobs active, TrialStore trials, ITracking tracking, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/jobs/{name}/trials", HandleAsync).WithName("ListTrials").WithTags("jobs");

    private static async Task<Ok<Response>> HandleAsync(
        Caller caller, string name, ListTrials operation, CancellationToken ct, string? step = null) =>
        TypedResults.Ok(new Response(await operation.RunAsync(caller, name, step, ct)));

    /// <param name="step">Only this step of the job; null: all.</param>
    public async Task<IReadOnlyList<Sweep>> RunAsync(Caller caller, string name, string? step, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"job:{name}", ct);
        var row = await jobs.FindAsync(caller.Workspace, name, ct) ?? throw SlipwayException.NotFound("Job", name);
        var plan = (active.Peek(row.Id)?.Record ?? (await jobs.LoadAsync(row.Id, ct))!).Plan;
        var sweeps = (await steps.ListAsync(row.Id, ct)).Where(each => plan.Steps[each.Position].Coordinates && (step is null || each.Name == step)).ToList();
        if (sweeps.Count == 0)
            throw SlipwayException.NotFound("Sweep", step is null ? name : $"{name}/{step}");

        var tried = (await trials.ListAsync([.. sweeps.Select(sweep => sweep.RunId)], ct)).ToLookup(trial => trial.SweepRunId);
        var found = new List<Sweep>();
        foreach (var sweep in sweeps)
            found.Add(await ShowAsync(caller, sweep, plan.Steps[sweep.Position], [.. tried[sweep.RunId]], ct));
        return found;
    }

    private async Task<Sweep> ShowAsync(Caller caller, StepRow sweep, Planning.PlannedStep planned, List<TrialRow> tried, CancellationToken ct)
    {
        var objective = planned.Settings["objective"]!;
        var (metric, goal) = (objective["primary_metric"]!.ToString(), objective["goal"]!.ToString() == "maximize" ? Goal.Maximize : Goal.Minimize);
        var shown = new List<Trial>();
        foreach (var trial in tried)
        {
            var series = trial.StartedAt is null ? [] : await tracking.SeriesAsync(caller, trial.RunId, metric, ct);
            var curve = new TrialCurve([.. series.Select(point => point.Value)], trial.IsOver);
            shown.Add(new Trial(
                trial.Number, trial.JobName, trial.JobId, trial.Status.ToString(), JobsJson.ReadMap(trial.Parameters), curve.Best(goal),
                curve.Values.Count, trial.Reused, trial.Message, trial.StartedAt?.ToTime(), trial.EndedAt?.ToTime()));
        }

        var best = shown.Where(trial => trial is { Status: "Completed", Value: not null });
        var first = goal == Goal.Maximize ? best.MaxBy(trial => trial.Value) : best.MinBy(trial => trial.Value);
        return new Sweep(sweep.Name, metric, objective["goal"]!.ToString(), first?.Name, shown);
    }

    /// <param name="Value">The best value of the metric so far.</param>
    /// <param name="Logged">How many values were logged.</param>
    internal sealed record Trial(
        [property: JsonPropertyName("number")] int Number,
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("runId")] string RunId,
        [property: JsonPropertyName("status")] string Status,
        [property: JsonPropertyName("parameters")] IReadOnlyDictionary<string, string> Parameters,
        [property: JsonPropertyName("value")] double? Value,
        [property: JsonPropertyName("logged")] int Logged,
        [property: JsonPropertyName("reused")] bool Reused,
        [property: JsonPropertyName("message")] string? Message,
        [property: JsonPropertyName("startedAt")] DateTimeOffset? StartedAt,
        [property: JsonPropertyName("endedAt")] DateTimeOffset? EndedAt);

    internal sealed record Sweep(
        [property: JsonPropertyName("step")] string Step,
        [property: JsonPropertyName("primaryMetric")] string Metric,
        [property: JsonPropertyName("goal")] string Goal,
        [property: JsonPropertyName("best")] string? Best,
        [property: JsonPropertyName("trials")] IReadOnlyList<Trial> Trials);

    internal sealed record Response([property: JsonPropertyName("sweeps")] IReadOnlyList<Sweep> Sweeps);
}
