using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Runs;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Backtests;

/// <summary>What a monitor would have found.</summary>
internal sealed record MonitorBacktest(
    string Monitor, IReadOnlyList<MonitorBacktest.Signal> Signals, IReadOnlyList<MonitorBacktest.Window> Windows)
{
    public static MonitorBacktest Of(
        MonitorDefinition monitor, IReadOnlyList<ReplayedWindow> found, IReadOnlyList<ReplayedWindow> shuffled, IReadOnlyList<DateTimeOffset> changes) => new(
        monitor.Name,
        [.. monitor.Signals.Select(signal => Signal.Of(signal.Name, found, shuffled, [.. changes.Order()]))],
        [.. found.Select(Window.Of)]);

    /// <param name="Measured">Windows in which it could be measured.</param>
    /// <param name="Alarms">Windows in which it was worse than its limit.</param>
    /// <param name="Episodes">Alarms of neighbouring windows are one alert.</param>
    /// <param name="Detections">For each change that was named, the first alarm after it and before the next change.</param>
    /// <param name="FalseAlarms">Alarms before the first change; null when none was named.</param>
    /// <param name="ShuffledMeasured">Windows of rows drawn anew; each alarm there is a false one.</param>
    /// <param name="FalseAlarmRate">Null without such windows.</param>
    /// <param name="StatedRate">At most this part of windows alarms falsely by the signal's own thresholds: of p-values; null when they do not say.</param>
    internal sealed record Signal(
        string Name, int Measured, int Alarms, int Episodes, DateTimeOffset? FirstAlarm, IReadOnlyList<Detection> Detections, int? FalseAlarms,
        int ShuffledMeasured, int ShuffledAlarms, double? FalseAlarmRate, double? StatedRate)
    {
        public static Signal Of(
            string name, IReadOnlyList<ReplayedWindow> found, IReadOnlyList<ReplayedWindow> shuffled, IReadOnlyList<DateTimeOffset> changes)
        {
            var alarms = found.Where(window => IsAlarm(window, name)).ToList();
            var drawn = shuffled.Where(window => MonitorReplay.Of(window, name) is { Measured: true }).ToList();
            var falsely = drawn.Count(window => IsAlarm(window, name));
            return new Signal(
                name,
                found.Count(window => MonitorReplay.Of(window, name) is { Measured: true }),
                alarms.Count,
                found.Index().Count(window => IsAlarm(window.Item, name) && (window.Index == 0 || !IsAlarm(found[window.Index - 1], name))),
                alarms is [var first, ..] ? first.Window.To : null,
                [.. changes.Index().Select(change => Detection.Of(change.Item, changes.ElementAtOrDefault(change.Index + 1), alarms))],
                changes.Count == 0 ? null : alarms.Count(window => window.Window.To <= changes[0]),
                drawn.Count,
                falsely,
                drawn.Count == 0 ? null : (double)falsely / drawn.Count,
                Stated(found.SelectMany(window => MonitorReplay.Of(window, name)?.Metrics ?? [])));
        }

        private static bool IsAlarm(ReplayedWindow window, string signal) => MonitorReplay.Of(window, signal) is { Measured: true, IsCrossed: true };

        // Each statistic is one family whose p-values are adjusted, so that without drift it alarms with at most its threshold.
        private static double? Stated(IEnumerable<MonitorMetric> metrics)
        {
            var limits = metrics.Where(metric => metric is { Threshold: not null, TooFew: false })
                .Select(metric => (metric.Metric, Threshold: metric.Threshold!.Value, IsAdjusted: metric.Adjusted is not null || metric.Value is null)).Distinct().ToList();
            return limits.Count == 0 || limits.Any(limit => !limit.IsAdjusted || DriftStatistics.ByName.Find(limit.Metric) is not { IsPValue: true })
                ? null
                : Math.Min(1, limits.GroupBy(limit => limit.Metric).Sum(family => family.Max(limit => limit.Threshold)));
        }
    }

    /// <param name="DetectedAt">The end of the first window that alarmed; null: missed.</param>
    internal sealed record Detection(DateTimeOffset Change, DateTimeOffset? DetectedAt, double? DelayDays)
    {
        public static Detection Of(DateTimeOffset change, DateTimeOffset next, IReadOnlyList<ReplayedWindow> alarms)
        {
            var first = alarms.FirstOrDefault(window => window.Window.To > change && (next == default || window.Window.From < next));
            return new Detection(change, first?.Window.To, first is null ? null : Math.Round((first.Window.To - change).TotalDays, 3));
        }
    }

    internal sealed record Window(DateTimeOffset From, DateTimeOffset To, long Rows, IReadOnlyList<string> Alarms, string? Message)
    {
        public static Window Of(ReplayedWindow window) => new(
            window.Window.From,
            window.Window.To,
            window.Findings.Rows,
            [.. window.Findings.Results.Where(result => result is { Measured: true, IsCrossed: true }).Select(result => result.Signal.Name)],
            Text(window.Findings.Results));

        private static string? Text(IReadOnlyList<SignalResult> results) =>
            string.Join(" ", results.Where(result => result.Message is not null).Select(result => $"{result.Signal.Name}: {result.Message}")) is { Length: > 0 } text ? text : null;
    }
}
