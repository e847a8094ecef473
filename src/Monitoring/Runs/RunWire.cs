using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Runs;

/// <summary>A monitor run on the wire.</summary>
/// <param name="Drifted">Inputs.</param>
/// <param name="DriftedAsWhole">The predictions drifted, or the rows as a whole.</param>
internal sealed record RunWire(
    string Id, string Monitor, string Endpoint, DateTimeOffset From, DateTimeOffset To, string Status, string? Message,
    string? Model, int? ModelVersion, long Rows, long Labelled, IReadOnlyList<string> Drifted, bool DriftedAsWhole,
    IReadOnlyList<RunWire.Metric> Metrics, DateTimeOffset StartedAt, DateTimeOffset EndedAt, string StartedBy)
{
    public static RunWire Of(MonitorRun run) => new(
        run.Id, run.Monitor, run.Endpoint, run.Window.From, run.Window.To, run.Status, run.Message, run.Model,
        run.ModelVersion, run.Rows, run.Labelled, [.. run.Drifted], run.HasDriftedAsWhole, [.. run.Metrics.Select(Metric.Of)],
        run.StartedAt, run.EndedAt, run.StartedBy);

    /// <param name="Bounds">What low and high are: "confidence" (a 95 % interval) or "error" (of a figure from profiles).</param>
    /// <param name="From">Of the rows that it is of, where these are not those of the run's window.</param>
    /// <param name="Verdict">"ok", "crossed", "informational", "not enough data", "no value".</param>
    internal sealed record Metric(
        string Signal, string? Feature, string? Segment, string Name, double? Value, double? Adjusted, double? Low, double? High,
        string? Bounds, DateTimeOffset? From, DateTimeOffset? To, double? Threshold, bool Crossed, string Verdict)
    {
        public static Metric Of(MonitorMetric metric) => new(
            metric.Signal, metric.Feature, metric.Segment, metric.Metric, metric.Value, metric.Adjusted, metric.Low, metric.High,
            metric.Bounds, metric.Window?.From, metric.Window?.To, metric.Threshold, metric.Crossed, metric.Verdict);
    }
}
