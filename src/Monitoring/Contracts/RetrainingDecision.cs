namespace Slipway.Monitoring.Contracts;

/// <summary>What a retraining policy decided at a moment of event time, and why.</summary>
public sealed record RetrainingDecision
{
    public required string Id { get; init; }

    public required string Policy { get; init; }

    public required DateTimeOffset EventTime { get; init; }

    /// <summary>The monitor run that it stands on; null when there is no model yet.</summary>
    public string? MonitorRun { get; init; }

    public required bool Retrain { get; init; }

    /// <summary>One sentence with the numbers that decided.</summary>
    public required string Reason { get; init; }

    /// <summary>All numbers: a JSON object.</summary>
    public required string NumbersJson { get; init; }

    /// <summary>The training job; null when none is wanted.</summary>
    public string? JobName { get; init; }

    /// <summary>Inputs of the training job.</summary>
    public required IReadOnlyDictionary<string, string> JobInputs { get; init; }

    public required bool Submitted { get; init; }

    /// <summary>Why the job could not be submitted; it is tried again.</summary>
    public string? Error { get; init; }

    public required DateTimeOffset DecidedAt { get; init; }

    public required string DecidedBy { get; init; }

    /// <summary>Its node in the lineage graph.</summary>
    public string Node => $"retraining:{Id}";
}
