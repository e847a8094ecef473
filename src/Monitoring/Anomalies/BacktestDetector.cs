using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Backtests.Runs;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Rules;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Anomalies;

/// <summary>
/// POST /api/v1/anomaly-detectors/backtest: plays what was kept of a series through a detector, declared or not yet, each point judged by
/// what came before it, as a live look does. Nothing is kept and nobody is told.
/// </summary>
internal sealed class BacktestDetector(DetectorStore detectors, SeriesReader series, IAccess access) : IBacktest
{
    private static readonly DateTimeOffset s_end = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/anomaly-detectors/backtest", HandleAsync).WithName("BacktestAnomalyDetector").WithTags("anomalies");

    public string Name => "anomaly-detector";

    public bool IsLong => false;

    /// <summary>Refuses what could never be played.</summary>
    public async Task<(AnomalyDetector Detector, IReadOnlyList<TimeWindow> Wrong, TimeWindow Window)> CheckAsync(
        Caller caller, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "anomaly detectors", ct);
        var detector = await FindAsync(caller, request, ct);
        var wrong = RuleBacktest.Read(request.Wrong ?? []);
        var window = new TimeWindow(request.From ?? DateTimeOffset.UnixEpoch, request.To ?? s_end);
        if (window.From >= window.To)
            throw SlipwayException.Invalid($"The time to look at ends ({window.To:O}) before it begins ({window.From:O}).");
        await series.CheckAsync(caller, detector, ct);
        return (detector, wrong, window);
    }

    public async Task<string> PlayAsync(Caller caller, string request, ReplayProgress progress, CancellationToken ct) =>
        BacktestJson.Write(await RunAsync(caller, BacktestJson.Read<Request>(request), progress, ct));

    public async Task<AnomalyBacktest> RunAsync(Caller caller, Request request, ReplayProgress progress, CancellationToken ct)
    {
        var (detector, wrong, window) = await CheckAsync(caller, request, ct);
        var begin = window.From - DateTimeOffset.UnixEpoch > detector.Settings.Reach ? window.From - detector.Settings.Reach : DateTimeOffset.UnixEpoch;
        var seen = await series.ReadAsync(caller, detector, new TimeWindow(begin, window.To), ct);
        var judged = new List<IReadOnlyList<Finding>>();
        foreach (var (i, one) in seen.Index())
        {
            await progress.TellAsync(i, seen.Count, detector.Name, ct);
            judged.Add([.. one.Judge(detector, window.From)]);
        }

        return AnomalyBacktest.Of(detector, judged, wrong);
    }

    private Task<AnomalyDetector> FindAsync(Caller caller, Request request, CancellationToken ct) => GivenDefinition.ReadAsync(
        "a detector", request.Definition, request.Detector, yaml => AnomalyDetector.Read(yaml, "anomaly-detector.yml"),
        async known => (await detectors.GetAsync(caller.Workspace, known, ct)).Read());

    private static async Task<Ok<BacktestWire>> HandleAsync(
        Request request, Caller caller, BacktestDetector operation, BeginBacktest begin, CancellationToken ct)
    {
        var (detector, _, _) = await operation.CheckAsync(caller, request, ct);
        return TypedResults.Ok(BacktestWire.Of(await begin.RunAsync(caller, operation.Name, detector.Name, request, ct)));
    }

    /// <param name="Detector">A declared one, unless a definition is given.</param>
    /// <param name="Definition">The detector as YAML.</param>
    /// <param name="From">Of what was kept; all when left out.</param>
    /// <param name="Wrong">Times in which something is known to have been wrong: "2001-02-05T00:00:00Z/2001-02-12T00:00:00Z".</param>
    internal sealed record Request(
        string? Detector = null, string? Definition = null, DateTimeOffset? From = null, DateTimeOffset? To = null, IReadOnlyList<string>? Wrong = null);
}
