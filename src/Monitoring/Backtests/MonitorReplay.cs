using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Monitoring.Backtests.Runs;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Measures;
using Slipway.Monitoring.Runs;
using Slipway.Monitoring.Tables;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Backtests;

/// <summary>What the signals of a monitor found in one window of the past.</summary>
internal sealed record ReplayedWindow(TimeWindow Window, Findings Findings);

/// <summary>Measures windows of the past as a monitor would have measured them; nothing is kept.</summary>
internal sealed class MonitorReplay(ILakeTables lake, IDataAssets assets, SignalMeasurement measurement)
{
    /// <param name="endpoint">Null: which model answered is not known.</param>
    public async Task<ReplayedWindow> MeasureAsync(
        Caller caller, MonitorDefinition monitor, OnlineEndpoint? endpoint, History history, TimeWindow window, CancellationToken ct)
    {
        var tables = new RunTables(history.Connection, lake, assets, history, caller, monitor);
        return new ReplayedWindow(window, await measurement.MeasureAsync(monitor, endpoint, window, tables, caller, ct));
    }

    public async Task<IReadOnlyList<ReplayedWindow>> MeasureAsync(
        Caller caller, MonitorDefinition monitor, OnlineEndpoint? endpoint, History history, IReadOnlyList<TimeWindow> windows, ReplayProgress progress, CancellationToken ct)
    {
        var replayed = new List<ReplayedWindow>();
        foreach (var (i, window) in windows.Index())
        {
            await progress.TellAsync(i, windows.Count, WindowText.Of(window), ct);
            replayed.Add(await MeasureAsync(caller, monitor, endpoint, history, window, ct));
        }

        return replayed;
    }

    /// <summary>What a signal came to in a window.</summary>
    public static SignalResult? Of(ReplayedWindow window, string signal) =>
        window.Findings.Results.FirstOrDefault(result => result.Signal.Name == signal);
}
