namespace Slipway.Kernel.Metrics;

/// <summary>
/// Histograms that a module keeps itself, for it counts on a path where an instrument of the framework would cost more than what is
/// counted; they are read when somebody asks for the metrics.
/// </summary>
public interface IHistogramSource
{
    /// <summary>As Prometheus names it: "slipway_serving_latency_seconds".</summary>
    string Name { get; }

    string Description { get; }

    IEnumerable<HistogramSeries> Read();
}

/// <summary>One series of a histogram.</summary>
/// <param name="Bounds">Ascending; the last bucket has none.</param>
/// <param name="Counts">So many were at most the bound: they only grow from bucket to bucket.</param>
public sealed record HistogramSeries(
    IReadOnlyList<KeyValuePair<string, string>> Labels, IReadOnlyList<double> Bounds, IReadOnlyList<long> Counts, double Sum, long Count);
