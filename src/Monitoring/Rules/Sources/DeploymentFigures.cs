using System.Globalization;

namespace Slipway.Monitoring.Rules.Sources;

/// <summary>Figures of what a deployment did in a while.</summary>
internal static class DeploymentFigures
{
    /// <summary>By name, in the order of the guide.</summary>
    public static readonly IReadOnlyList<string> Names =
        ["requests", "rows", "errors", "dropped", "request_rate", "error_rate", "latency_mean", "latency_p50", "latency_p90", "latency_p95", "latency_p99"];

    /// <summary>Null: without a request there is none. Latencies are milliseconds.</summary>
    public static double? Of(string metric, IReadOnlyList<DeploymentSample> samples, TimeSpan length)
    {
        var requests = samples.Sum(sample => sample.RequestCount);
        return metric switch
        {
            "requests" => requests,
            "rows" => samples.Sum(sample => sample.RowCount),
            "errors" => samples.Sum(sample => sample.ErrorCount),
            "dropped" => samples.Sum(sample => sample.DroppedCount),
            "request_rate" => requests / length.TotalSeconds,
            "error_rate" => requests == 0 ? null : samples.Sum(sample => sample.ErrorCount) / (double)requests,
            "latency_mean" => Mean(samples),
            _ => Quantile(samples, double.Parse(metric["latency_p".Length..], CultureInfo.InvariantCulture) / 100),
        };
    }

    private static double? Mean(IReadOnlyList<DeploymentSample> samples)
    {
        var answered = samples.Sum(sample => sample.ReadLatencies()[^1]);
        return answered == 0 ? null : samples.Sum(sample => sample.Seconds) / answered * 1000;
    }

    // As Prometheus's histogram_quantile: linear within the bucket that holds it, and beyond the last bound that bound.
    private static double? Quantile(IReadOnlyList<DeploymentSample> samples, double share)
    {
        var bounds = DeploymentSample.Bounds;
        var counts = new long[bounds.Count + 1];
        foreach (var own in samples.Select(sample => sample.ReadLatencies()))
        {
            for (var i = 0; i < counts.Length; i++)
                counts[i] += own[i];
        }

        var rank = share * counts[^1];
        if (counts[^1] == 0)
            return null;
        var bucket = Array.FindIndex(counts, count => count >= rank);
        if (bucket >= bounds.Count)
            return bounds[^1] * 1000;
        var (low, below) = bucket == 0 ? (0, 0) : (bounds[bucket - 1], counts[bucket - 1]);
        return (low + ((bounds[bucket] - low) * (rank - below) / (counts[bucket] - below))) * 1000;
    }
}
