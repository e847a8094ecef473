using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Contracts;

/// <summary>One figure of a monitor run.</summary>
/// <param name="Feature">The input that it is about; null for predictions and performance.</param>
/// <param name="Value">Null when the window gives the figure no value.</param>
/// <param name="Threshold">Null: it only informs.</param>
/// <param name="Crossed">It is worse than its threshold.</param>
public sealed record MonitorMetric(
    string Signal, string? Feature, string Metric, double? Value, double? Threshold, bool Crossed);

/// <summary>What a monitor found in a window of event time.</summary>
public sealed record MonitorRun
{
    public required string Id { get; init; }

    public required string Monitor { get; init; }

    public required string Endpoint { get; init; }

    public required TimeWindow Window { get; init; }

    /// <summary>"Completed", or "NoData" when no signal found rows to measure.</summary>
    public required string Status { get; init; }

    /// <summary>What could not be measured, and why; null when all was.</summary>
    public string? Message { get; init; }

    /// <summary>The model that answered most rows; its training data is the reference.</summary>
    public string? Model { get; init; }

    public int? ModelVersion { get; init; }

    public required long Rows { get; init; }

    /// <summary>Rows whose label was known in the window of the performance signal.</summary>
    public required long Labelled { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset EndedAt { get; init; }

    public required string StartedBy { get; init; }

    public required IReadOnlyList<MonitorMetric> Metrics { get; init; }

    /// <summary>Its node in the lineage graph.</summary>
    public string Node => $"monitor-run:{Id}";

    /// <summary>The inputs that crossed a limit.</summary>
    public IEnumerable<string> Drifted => Metrics
        .Where(metric => metric is { Crossed: true, Feature: not null })
        .Select(metric => metric.Feature!)
        .Distinct(StringComparer.Ordinal);
}
