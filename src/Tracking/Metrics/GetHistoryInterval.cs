using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Metrics;

/// <summary>One metric of several runs at evenly sampled steps.</summary>
internal sealed class GetHistoryInterval(RunStore runs, MetricStore metrics, MetricKeys keys, IAccess access) : IMlflowOperation
{
    private const int MostRuns = 100;
    private const int MostPoints = 2500;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapMlflow<GetHistoryInterval>("GET", "metrics/get-history-bulk-interval");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var (ids, key, range, most) = Read(call.Fields);
        await access.DemandAsync(call.Caller, Permission.Read, "run:*", ct);
        if (await keys.FindAsync(key, ct) is not { } number)
        {
            await call.AnswerAsync(ct);
            return;
        }

        var chosen = new List<RunRow>();
        foreach (var id in ids.Distinct(StringComparer.Ordinal))
        {
            if (await runs.FindAsync(call.Caller.Workspace, id, ct) is { } run)
                chosen.Add(run);
        }

        var steps = new List<(RunRow Run, IReadOnlyList<long> Steps)>();
        foreach (var run in chosen)
            steps.Add((run, await metrics.StepsAsync(run.No, number, range.Start, range.End, ct)));
        var sampled = Sample(steps.SelectMany(entry => entry.Steps).Distinct().Order().ToList(), most);

        // The ends of each run too, so that no line seems to begin late or end early.
        foreach (var (_, own) in steps.Where(entry => entry.Steps.Count > 0))
        {
            sampled.Add(own[0]);
            sampled.Add(own[^1]);
        }

        var points = new List<(string RunId, StoredPoint Point)>();
        foreach (var (run, own) in steps)
        {
            var wanted = own.Where(sampled.Contains).ToList();
            points.AddRange((await metrics.AtStepsAsync(run.No, number, wanted, ct)).Select(point => (run.Id, point)));
        }

        await call.AnswerAsync(json => GetHistoryBulk.Write(json, key, points), ct);
    }

    /// <summary>So many of the steps, evenly, and the last.</summary>
    public static HashSet<long> Sample(IReadOnlyList<long> steps, int most)
    {
        if (steps.Count <= most)
            return [.. steps];
        var chosen = Enumerable.Range(0, most).Select(i => steps[(int)((long)i * steps.Count / most)]).ToHashSet();
        chosen.Add(steps[^1]);
        return chosen;
    }

    private static (IReadOnlyList<string> Ids, string Key, (long? Start, long? End) Range, int Most) Read(MlflowFields fields)
    {
        var ids = fields.Texts("run_ids");
        if (ids.Count == 0)
            throw MlflowFields.Missing("run_ids");
        if (ids.Count > MostRuns)
            throw SlipwayException.Invalid($"GetMetricHistoryBulkInterval request must specify at most {MostRuns} run_ids. Received {ids.Count} run_ids.");
        var key = fields.Required("metric_key");
        var most = fields.WholeNumber("max_results") ?? MostPoints;
        if (most is < 1 or > MostPoints)
            throw SlipwayException.Invalid($"max_results must be between 1 and {MostPoints}.");
        var (start, end) = (fields.WholeNumber("start_step"), fields.WholeNumber("end_step"));
        if (start is null != end is null)
            throw SlipwayException.Invalid("If either start step or end step are specified, both must be specified.");
        if (start > end)
            throw SlipwayException.Invalid($"end_step must be greater than start_step. Found start_step={start} and end_step={end}.");
        return (ids, key, (start, end), (int)most);
    }
}
