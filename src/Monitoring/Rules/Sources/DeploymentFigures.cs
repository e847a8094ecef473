using System.Globalization;

namespace Slipway.Monitoring.Rules.Sources;

/// <summary>Figures of what a deployment did in a while.</summary>
internal static class DeploymentFigures
{
    /// <summary>By name, in the order of the guide.</summary>
    public static readonly IReadOnlyList<string> Names =
        ["requests", "rows", "errors", "dropped", "request_rate", "error_rate", "latency_mean", "latency_p50", "latency_p90", "latency_p95", "latency_p99"];

    /// <summary>Null: without a request there is none. Latencies are milliseconds.</summary>
    public static double? Of(string metric, DeploymentTally tally, TimeSpan length) => metric switch
    {
        "requests" => tally.Requests,
        "rows" => tally.Rows,
        "errors" => tally.Errors,
        "dropped" => tally.Dropped,
        "request_rate" => tally.Requests / length.TotalSeconds,
        "error_rate" => tally.Requests == 0 ? null : tally.Errors / (double)tally.Requests,
        "latency_mean" => tally.Latencies[^1] == 0 ? null : tally.Seconds / tally.Latencies[^1] * 1000,
        _ => Quantile(tally.Latencies, double.Parse(metric["latency_p".Length..], CultureInfo.InvariantCulture) / 100),
    };

    // As Prometheus's histogram_quantile: linear within the bucket that holds it, and beyond the last bound that bound.
    private static double? Quantile(IReadOnlyList<long> counts, double share)
    {
        var bounds = DeploymentSample.Bounds;
        var rank = share * counts[^1];
        if (counts[^1] == 0)
            return null;
        var bucket = 0;
        while (counts[bucket] < rank)
            bucket++;
        if (bucket >= bounds.Count)
            return bounds[^1] * 1000;
        var (low, below) = bucket == 0 ? (0, 0) : (bounds[bucket - 1], counts[bucket - 1]);
        return (low + ((bounds[bucket] - low) * (rank - below) / (counts[bucket] - below))) * 1000;
    }
}
