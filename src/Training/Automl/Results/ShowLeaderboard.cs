using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts;
using Slipway.Training.Automl.Search;

namespace Slipway.Training.Automl.Results;

/// <summary>GET /api/v1/jobs/{name}/leaderboard: what an AutoML job has tried so far, the best first.</summary>
internal sealed class ShowLeaderboard(IJobs jobs, ITracking tracking, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/jobs/{name}/leaderboard", HandleAsync).WithName("ShowLeaderboard").WithTags("jobs");

    private static async Task<Ok<Response>> HandleAsync(
        Caller caller, string name, ShowLeaderboard operation, CancellationToken ct, string? step = null) =>
        TypedResults.Ok(await operation.RunAsync(caller, name, step, ct));

    /// <param name="step">Null: the only AutoML step of the job.</param>
    public async Task<Response> RunAsync(Caller caller, string name, string? step, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"job:{name}", ct);
        var job = await jobs.FindAsync(caller, name, ct) ?? throw SlipwayException.NotFound("Job", name);
        var steps = job.Steps.Where(each => each.Kind == AutomlStep.KindName && (step is null || each.Name == step)).ToList();
        if (steps.Count == 0)
            throw SlipwayException.NotFound("AutoML step", step is null ? name : $"{name}/{step}");
        if (steps.Count > 1)
            throw SlipwayException.Invalid($"The job {name} has several AutoML steps; name one with step: {string.Join(", ", steps.Select(each => each.Name))}.");

        var run = await tracking.FindRunAsync(caller, steps[0].RunId, ct);
        var chosen = run?.Params.GetValueOrDefault(Leaderboard.MetricParam);
        if (run is null || chosen is null)
            return new Response(steps[0].Name, chosen, null, null, []);

        var metric = PrimaryMetric.Parse(chosen, classifies: run.Params.GetValueOrDefault("task") == "classification");
        var ranked = (await TrialsAsync(caller, run.Id, metric, ct)).OrderBy(trial => trial.Value is { } value ? metric.Loss(value) : double.PositiveInfinity).ToList();
        return new Response(
            steps[0].Name, metric.Name, metric.IsBetterLarger ? "maximize" : "minimize",
            ranked.FirstOrDefault(trial => trial.Value is not null)?.RunId, ranked);
    }

    private async Task<List<Entry>> TrialsAsync(Caller caller, string stepRunId, PrimaryMetric metric, CancellationToken ct)
    {
        var found = new List<Entry>();
        while (await tracking.FindRunAsync(caller, TrialRuns.IdOf(stepRunId, found.Count), ct) is { } run)
        {
            double? value = run.Metrics.TryGetValue(metric.Name, out var known) && double.IsFinite(known) ? known : null;
            found.Add(new Entry(
                found.Count,
                run.Id,
                run.Params.GetValueOrDefault(TrialRuns.AlgorithmParam, ""),
                run.Status.ToString(),
                value,
                run.Params.Where(param => param.Key != TrialRuns.AlgorithmParam).ToDictionary(),
                run.Metrics.Where(pair => double.IsFinite(pair.Value)).ToDictionary(),
                run.Tags.GetValueOrDefault(TrialRuns.MessageTag)));
        }

        return found;
    }

    /// <param name="Value">The primary metric; null while it is not known.</param>
    internal sealed record Entry(
        [property: JsonPropertyName("number")] int Number,
        [property: JsonPropertyName("runId")] string RunId,
        [property: JsonPropertyName("algorithm")] string Algorithm,
        [property: JsonPropertyName("status")] string Status,
        [property: JsonPropertyName("value")] double? Value,
        [property: JsonPropertyName("parameters")] IReadOnlyDictionary<string, string> Parameters,
        [property: JsonPropertyName("metrics")] IReadOnlyDictionary<string, double> Metrics,
        [property: JsonPropertyName("message")] string? Message);

    /// <param name="Metric">Null until the step has begun.</param>
    internal sealed record Response(
        [property: JsonPropertyName("step")] string Step,
        [property: JsonPropertyName("primaryMetric")] string? Metric,
        [property: JsonPropertyName("goal")] string? Goal,
        [property: JsonPropertyName("best")] string? Best,
        [property: JsonPropertyName("trials")] IReadOnlyList<Entry> Trials);
}
