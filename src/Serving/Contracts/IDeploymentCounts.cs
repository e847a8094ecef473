using Slipway.Kernel;

namespace Slipway.Serving.Contracts;

/// <summary>What a deployment did since this process loaded it.</summary>
public sealed record DeploymentCounts
{
    /// <summary>Seconds: from 0.1 ms to 30 s.</summary>
    public static IReadOnlyList<double> LatencyBounds { get; } =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    public required WorkspaceName Workspace { get; init; }

    public required string Endpoint { get; init; }

    public required string Deployment { get; init; }

    /// <summary>Tells these counts from those of another loading.</summary>
    public required string Loading { get; init; }

    /// <summary>Answered or refused.</summary>
    public required long Requests { get; init; }

    public required long Rows { get; init; }

    public required long Errors { get; init; }

    /// <summary>Rows answered and not collected, for want of room.</summary>
    public required long Dropped { get; init; }

    /// <summary>Of all answers together.</summary>
    public required double Seconds { get; init; }

    /// <summary>So many answers within each of the bounds, and at last all.</summary>
    public required IReadOnlyList<long> Latencies { get; init; }
}

/// <summary>The counters of the deployments that this process serves.</summary>
public interface IDeploymentCounts
{
    IReadOnlyList<DeploymentCounts> Read();
}
