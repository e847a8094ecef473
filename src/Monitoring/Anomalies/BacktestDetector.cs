using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Rules;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Anomalies;

/// <summary>
/// POST /api/v1/anomaly-detectors/backtest: plays what was kept of a series through a detector, declared or not yet, each point judged by
/// what came before it, as a live look does. Nothing is kept and nobody is told.
/// </summary>
internal sealed class BacktestDetector(DetectorStore detectors, SeriesReader series, IAccess access)
{
    private static readonly DateTimeOffset s_end = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/anomaly-detectors/backtest", HandleAsync).WithName("BacktestAnomalyDetector").WithTags("anomalies");

    public async Task<AnomalyBacktest> RunAsync(Caller caller, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "anomaly detectors", ct);
        var detector = await FindAsync(caller, request, ct);
        var wrong = RuleBacktest.Read(request.Wrong ?? []);
        var from = request.From ?? DateTimeOffset.UnixEpoch;
        var to = request.To ?? s_end;
        if (from >= to)
            throw SlipwayException.Invalid($"The time to look at ends ({to:O}) before it begins ({from:O}).");
        await series.CheckAsync(caller, detector, ct);
        var begin = from - DateTimeOffset.UnixEpoch > detector.Settings.Reach ? from - detector.Settings.Reach : DateTimeOffset.UnixEpoch;
        var seen = await series.ReadAsync(caller, detector, new TimeWindow(begin, to), ct);
        return AnomalyBacktest.Of(detector, [.. seen.Select(one => one.Judge(detector, from).ToList())], wrong);
    }

    private Task<AnomalyDetector> FindAsync(Caller caller, Request request, CancellationToken ct) => GivenDefinition.ReadAsync(
        "a detector", request.Definition, request.Detector, yaml => AnomalyDetector.Read(yaml, "anomaly-detector.yml"),
        async known => (await detectors.GetAsync(caller.Workspace, known, ct)).Read());

    private static async Task<Ok<AnomalyBacktest>> HandleAsync(Request request, Caller caller, BacktestDetector operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, request, ct));

    /// <param name="Detector">A declared one, unless a definition is given.</param>
    /// <param name="Definition">The detector as YAML.</param>
    /// <param name="From">Of what was kept; all when left out.</param>
    /// <param name="Wrong">Times in which something is known to have been wrong: "2001-02-05T00:00:00Z/2001-02-12T00:00:00Z".</param>
    internal sealed record Request(
        string? Detector = null, string? Definition = null, DateTimeOffset? From = null, DateTimeOffset? To = null, IReadOnlyList<string>? Wrong = null);
}
