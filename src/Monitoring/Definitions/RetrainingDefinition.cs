using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Definitions;

/// <summary>When a model is trained again, as it was declared.</summary>
internal sealed record RetrainingDefinition
{
    public required string Name { get; init; }

    public required string Monitor { get; init; }

    public required string Model { get; init; }

    /// <summary>The alias of the version in service.</summary>
    public required string Alias { get; init; }

    /// <summary>The training job's file as the definition names it; null: decisions only.</summary>
    public string? Job { get; init; }

    public required IReadOnlyDictionary<string, string> Inputs { get; init; }

    public DriftTrigger? Drift { get; init; }

    public PerformanceTrigger? Performance { get; init; }

    /// <summary>Longest time since the end of the champion's training window.</summary>
    public TimeSpan? Age { get; init; }

    /// <summary>A data asset, of which a version that came since the last training is reason enough.</summary>
    public string? NewData { get; init; }

    /// <summary>Moments at which it is time, whatever else is so.</summary>
    public MonitorTrigger? Schedule { get; init; }

    /// <summary>Nothing is learned from a window in which a figure of data quality crossed its limit.</summary>
    public bool HasDataGate { get; init; }

    /// <summary>So many labels since the last training are reason enough.</summary>
    public long? NewLabels { get; init; }

    public TimeSpan CoolDown { get; init; }

    public long LeastNewLabels { get; init; }

    /// <summary>The most trainings in a period; null: no limit.</summary>
    public (long Jobs, TimeSpan Period)? Budget { get; init; }

    /// <summary>How a version that the gate accepted gets the traffic; null: the job promotes it itself.</summary>
    public PolicyRollout? Rollout { get; init; }
}

/// <param name="Endpoint">Null: the monitor's.</param>
internal sealed record PolicyRollout(string? Endpoint, RolloutPlan Plan);

/// <param name="LeastFeatures">So many inputs must have crossed a limit; drifted predictions count as one.</param>
internal sealed record DriftTrigger(long LeastFeatures);

/// <param name="MaximumDrop">By which part of the reference the figure may get worse: 0.05 is 5 %.</param>
/// <param name="Reference">Null: the champion's figure at its gate, else in its training run.</param>
internal sealed record PerformanceTrigger(string Metric, double MaximumDrop, double? Reference);
