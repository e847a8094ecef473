using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Monitoring.Backtests.Runs;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Monitors;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Backtests;

/// <summary>
/// POST /api/v1/monitors/backtest: replays a history through a monitor, declared or not yet, and says when it would have
/// alarmed; and replays the same rows with their times drawn anew, where every alarm is a false one.
/// </summary>
internal sealed class BacktestMonitor(
    MonitorStore monitors, IEndpoints endpoints, ILakeTables lake, HistoryReader reader, MonitorReplay replay, IAccess access) : IBacktest
{
    private const int MostShuffles = 50;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/monitors/backtest", HandleAsync).WithName("BacktestMonitor").WithTags("monitoring");

    public string Name => "monitor";

    public bool IsLong => true;

    /// <summary>Refuses what could never be played.</summary>
    public async Task<MonitorDefinition> CheckAsync(Caller caller, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "monitors", ct);
        var monitor = await GivenDefinition.ReadAsync(
            "a monitor", request.Definition, request.Monitor, yaml => MonitorReader.Read(yaml, "monitor.yml"), name => monitors.GetAsync(caller.Workspace, name, ct));
        if (request.Shuffles is < 0 or > MostShuffles)
            throw SlipwayException.Invalid($"'shuffles' is {request.Shuffles}; it must be from 0 to {MostShuffles}.");
        return monitor;
    }

    public async Task<string> PlayAsync(Caller caller, string request, ReplayProgress progress, CancellationToken ct) =>
        BacktestJson.Write(await RunAsync(caller, BacktestJson.Read<Request>(request), progress, ct));

    public async Task<MonitorBacktest> RunAsync(Caller caller, Request request, ReplayProgress progress, CancellationToken ct)
    {
        var monitor = await CheckAsync(caller, request, ct);
        using var connection = lake.Connect();
        var isAsset = request.History?.Data is not null;
        var history = isAsset
            ? await reader.AssetAsync(connection, caller, request.History!, ct)
            : await reader.CollectedAsync(connection, caller, monitor.Endpoint, new TimeWindow(request.From ?? DateTimeOffset.UnixEpoch, request.To ?? DateTimeOffset.MaxValue), ct);
        var plan = ReplayPlan.Of(history.Span, request.From, request.To, request.Window, request.Before);

        var endpoint = isAsset ? null : await endpoints.FindAsync(caller, monitor.Endpoint, ct);
        var own = endpoint is null
            ? ReplayPlan.Replayed(monitor, plan.Before, everywhere: false)
            : monitor with { Signals = [.. monitor.Signals.Select(signal => signal is CustomSignal ? ReplayPlan.NotReplayed(signal) : signal)] };
        var found = await replay.MeasureAsync(caller, own, endpoint, history, plan.Windows, progress.From(0, Steps(plan, request)), ct);
        return MonitorBacktest.Of(monitor, found, await ShuffledAsync(caller, monitor, history, plan, request, progress, ct), request.Changes ?? []);
    }

    private static async Task<Ok<BacktestWire>> HandleAsync(
        Request request, Caller caller, BacktestMonitor operation, BeginBacktest begin, CancellationToken ct)
    {
        var monitor = await operation.CheckAsync(caller, request, ct);
        return TypedResults.Ok(BacktestWire.Of(await begin.RunAsync(caller, operation.Name, monitor.Name, request, ct)));
    }

    private static int Draws(Request request) => request.Shuffles ?? 1;

    private static int Steps(ReplayPlan plan, Request request) => plan.Windows.Count * (1 + Draws(request));

    // The reference is drawn with the rest, so that nothing is left that differs.
    private async Task<IReadOnlyList<ReplayedWindow>> ShuffledAsync(
        Caller caller, MonitorDefinition monitor, History history, ReplayPlan plan, Request request, ReplayProgress progress, CancellationToken ct)
    {
        var windows = new List<ReplayedWindow>();
        var drawn = ReplayPlan.Replayed(monitor, plan.Before, everywhere: true);
        for (var i = 0; i < Draws(request); i++)
        {
            var rest = progress.From((i + 1) * plan.Windows.Count, Steps(plan, request));
            windows.AddRange(await replay.MeasureAsync(caller, drawn, null, history.Shuffled(request.Seed + i, ct), plan.Windows, rest, ct));
        }

        return windows;
    }

    /// <param name="Monitor">A declared one, unless a definition is given.</param>
    /// <param name="Definition">The monitor as YAML.</param>
    /// <param name="History">Null: what the monitor's endpoint collected.</param>
    /// <param name="Window">The length of a window; P7D when left out.</param>
    /// <param name="Before">What comes before the first window, and is the reference of signals without one; four windows when left out.</param>
    /// <param name="Changes">When something is known to have changed: from these, detections and their delays are told.</param>
    /// <param name="Shuffles">How often the rows are drawn anew; 1 when left out.</param>
    internal sealed record Request(
        string? Monitor = null, string? Definition = null, HistorySource? History = null, DateTimeOffset? From = null, DateTimeOffset? To = null,
        string? Window = null, string? Before = null, IReadOnlyList<DateTimeOffset>? Changes = null, int? Shuffles = null, int Seed = 1);
}
