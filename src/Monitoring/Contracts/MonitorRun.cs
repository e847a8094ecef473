using Slipway.Serving.Contracts;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Contracts;

/// <summary>One figure of a monitor run.</summary>
/// <param name="Feature">The input that it is about; null for predictions and performance.</param>
/// <param name="Value">Null when the window gives the figure no value.</param>
/// <param name="Threshold">Null: it only informs.</param>
/// <param name="Crossed">It is worse than its threshold.</param>
public sealed record MonitorMetric(
    string Signal, string? Feature, string Metric, double? Value, double? Threshold, bool Crossed)
{
    /// <summary>The ends are those of a 95 % interval.</summary>
    public const string Confidence = "confidence";

    /// <summary>The figure comes from profiles: computed from the rows it lies between the ends, for certain.</summary>
    public const string Error = "error";

    private const string NotEnough = "not enough data";

    /// <summary>The part of the rows that it is about, "origin=ATL"; null for all.</summary>
    public string? Segment { get; init; }

    /// <summary>A p-value adjusted for all that were tested at once, which is what the threshold judges; else null.</summary>
    public double? Adjusted { get; init; }

    /// <summary>The lower end of what <see cref="Bounds"/> says; null when it is not known.</summary>
    public double? Low { get; init; }

    public double? High { get; init; }

    /// <summary><see cref="Confidence"/> or <see cref="Error"/>; null without ends.</summary>
    public string? Bounds { get; init; }

    /// <summary>The rows that it is of, where these are not those of the run's window: labels come late.</summary>
    public TimeWindow? Window { get; init; }

    /// <summary>The figure is how many rows there were, and the threshold how many it takes to judge.</summary>
    public bool TooFew { get; init; }

    /// <summary>"ok", "crossed", "informational" (without a threshold), "not enough data", "no value".</summary>
    public string Verdict => TooFew ? NotEnough
        : Threshold is null ? "informational"
        : Crossed ? "crossed"
        : Value is null ? "no value"
        : "ok";

    /// <summary>It is of drift, and not of quality or performance.</summary>
    public bool IsDrift => DriftStatistics.ByName.Find(Metric) is not null || Metric == "domain_classifier_auc";

    internal static bool IsTooFew(string verdict) => verdict == NotEnough;
}

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
        .Where(metric => metric is { Crossed: true, Feature: not null, IsDrift: true })
        .Select(metric => metric.Feature!)
        .Distinct(StringComparer.Ordinal);

    /// <summary>What is of no single input drifted: the predictions, or the rows as a whole.</summary>
    public bool HasDriftedAsWhole => Metrics.Any(metric => metric is { Crossed: true, Feature: null, IsDrift: true });
}
