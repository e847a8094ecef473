using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Monitors;
using Slipway.Monitoring.Runs;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Rules.Sources;

/// <summary>Figures of a monitor's runs; a p-value is the one that is adjusted for all that were tested at once.</summary>
internal sealed class MonitorSource(MonitorStore monitors, RunStore runs, IAccess access) : IAlertSource
{
    private const int MostRuns = 5000;

    public string Name => "monitor";

    public async Task CheckAsync(Caller caller, WatchedValue value, CancellationToken ct)
    {
        var monitor = await monitors.GetAsync(caller.Workspace, value.Monitor!, ct);
        var signals = monitor.Signals.Select(signal => signal.Name).ToList();
        if (value.Signal is { } wanted && !signals.Contains(wanted))
            throw SlipwayException.Invalid($"Monitor '{value.Monitor}' has no signal '{wanted}'.{Nearest.Hint(wanted, signals)} Known: {string.Join(", ", signals)}.");
    }

    public async Task<IReadOnlyList<Figure>> LatestAsync(Caller caller, WatchedValue value, DateTimeOffset now, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"monitor:{value.Monitor}", ct);
        await monitors.GetAsync(caller.Workspace, value.Monitor!, ct);
        return await runs.ListAsync(caller.Workspace, value.Monitor!, 1, ct) is [var run] ? FiguresOf(run, value) : [];
    }

    public async Task<IReadOnlyList<Moment>> HistoryAsync(Caller caller, WatchedValue value, TimeWindow window, TimeSpan every, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"monitor:{value.Monitor}", ct);
        var found = await runs.WithinAsync(caller.Workspace, value.Monitor!, window, MostRuns, ct);
        return [.. found.DistinctBy(run => run.Window.To).Reverse().Select(run => new Moment(run.Window.To, FiguresOf(run, value)))];
    }

    private static List<Figure> FiguresOf(MonitorRun run, WatchedValue value) =>
    [
        .. run.Metrics
            .Where(metric => !metric.TooFew && metric.Metric == value.Metric && Fits(value.Signal, metric.Signal) && Fits(value.Feature, metric.Feature)
                && Fits(value.Segment, metric.Segment))
            .Select(metric => FigureOf(run, metric, value)),
    ];

    private static bool Fits(string? wanted, string? actual) => wanted is null || wanted == actual;

    private static Figure FigureOf(MonitorRun run, MonitorMetric metric, WatchedValue value)
    {
        var dimensions = new Dictionary<string, string>();
        var labels = new Dictionary<string, string> { ["monitor"] = run.Monitor };
        Put("signal", value.Signal, metric.Signal);
        Put("feature", value.Feature, metric.Feature);
        Put("segment", value.Segment, metric.Segment);
        if (run.Endpoint.Length > 0)
            labels["endpoint"] = run.Endpoint;
        if (run.Model is not null)
            labels["model"] = run.Model;
        return new Figure
        {
            Dimensions = dimensions,
            Labels = labels,
            Value = metric.Adjusted ?? metric.Value,
            From = run.Window.From,
            To = run.Window.To,
            Evidence = run.Node,
            Origin = $"signal {metric.Signal} of monitor {run.Monitor} over {WindowText.Of(run.Window)}{(run.Model is null ? "" : $", answers of model:{run.Model}@{run.ModelVersion} against its reference")}",
        };

        void Put(string name, string? wanted, string? actual)
        {
            if (actual is not null)
                (wanted is null ? dimensions : labels)[name] = actual;
        }
    }
}
