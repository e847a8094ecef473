using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Reports;

/// <summary>Puts the figures of a run beside those of other runs.</summary>
internal static class ReportFigures
{
    /// <param name="past">The runs of the windows up to this one, the oldest first.</param>
    public static IReadOnlyList<Report.Figure> Of(MonitorRun run, MonitorRun? compared, IReadOnlyList<MonitorRun> past)
    {
        var others = compared?.Metrics.ToLookup(Key.Of);
        var trends = past
            .SelectMany(one => one.Metrics.Select(metric => (Key: Key.Of(metric), Run: one, Metric: metric)))
            .ToLookup(one => one.Key, one => Point(one.Run, one.Metric));
        return
        [
            .. run.Metrics
                .Select(metric => Figure(metric, others?[Key.Of(metric)].FirstOrDefault(), [.. trends[Key.Of(metric)]]))
                .OrderBy(figure => figure.Crossed ? 0 : 1),
        ];
    }

    private static Report.Figure Figure(MonitorMetric metric, MonitorMetric? other, IReadOnlyList<Report.Point> trend) => new(
        metric.Signal, metric.Feature, metric.Segment, metric.Metric, metric.Value, metric.Adjusted, metric.Low, metric.High,
        metric.Bounds, metric.Threshold, metric.Crossed, metric.Verdict, other?.Value, other?.Verdict, metric.Value - other?.Value, trend);

    private static Report.Point Point(MonitorRun run, MonitorMetric metric) =>
        new(metric.Window?.From ?? run.Window.From, metric.Window?.To ?? run.Window.To, metric.Value, metric.Low, metric.High, metric.Crossed);

    private sealed record Key(string Signal, string? Feature, string? Segment, string Metric)
    {
        public static Key Of(MonitorMetric metric) => new(metric.Signal, metric.Feature, metric.Segment, metric.Metric);
    }
}
