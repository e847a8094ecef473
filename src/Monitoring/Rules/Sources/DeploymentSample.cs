using System.Text.Json;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Rules.Sources;

/// <summary>What one process did for a deployment between two looks. A row of table deployment_samples.</summary>
internal sealed record DeploymentSample
{
    public required string Workspace { get; init; }

    public required string Endpoint { get; init; }

    public required string Deployment { get; init; }

    public required long At { get; init; }

    public required long RequestCount { get; init; }

    public required long RowCount { get; init; }

    public required long ErrorCount { get; init; }

    public required long DroppedCount { get; init; }

    /// <summary>Of all answers together.</summary>
    public required double Seconds { get; init; }

    /// <summary>Answers within each of the bounds, and at last all, as JSON.</summary>
    public required string Latencies { get; init; }

    /// <summary>Seconds.</summary>
    public static IReadOnlyList<double> Bounds => DeploymentCounts.LatencyBounds;

    public IReadOnlyList<long> ReadLatencies() => JsonSerializer.Deserialize(Latencies, RuleJson.Default.IReadOnlyListInt64)!;

    /// <param name="before">The counts of the last look.</param>
    public static DeploymentSample Of(DeploymentCounts counts, DeploymentCounts? before, long now) => new()
    {
        Workspace = counts.Workspace.Value,
        Endpoint = counts.Endpoint,
        Deployment = counts.Deployment,
        At = now,
        RequestCount = counts.Requests - (before?.Requests ?? 0),
        RowCount = counts.Rows - (before?.Rows ?? 0),
        ErrorCount = counts.Errors - (before?.Errors ?? 0),
        DroppedCount = counts.Dropped - (before?.Dropped ?? 0),
        Seconds = counts.Seconds - (before?.Seconds ?? 0),
        Latencies = JsonSerializer.Serialize(
            [.. counts.Latencies.Zip(before?.Latencies ?? Enumerable.Repeat(0L, counts.Latencies.Count), (now, then) => now - then)],
            RuleJson.Default.IReadOnlyListInt64),
    };
}
