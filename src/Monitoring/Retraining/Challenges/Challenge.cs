using Slipway.Kernel;
using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Retraining.Challenges;

/// <summary>A training under a policy with a rollout, from its job to its end: the new version is promoted, or it is not.</summary>
internal sealed record Challenge
{
    /// <summary>The decision to train.</summary>
    public required string DecisionId { get; init; }

    public required string Workspace { get; init; }

    public required string Policy { get; init; }

    /// <summary>The name of the training job, and of the rollout.</summary>
    public required string Job { get; init; }

    public required ChallengeState State { get; init; }

    /// <summary>Null until the gate accepted.</summary>
    public string? Endpoint { get; init; }

    /// <summary>The version that the gate accepted.</summary>
    public int? Candidate { get; init; }

    /// <summary>Why it stands where it stands, in a sentence.</summary>
    public required string Told { get; init; }

    /// <summary>Who wants it ended and why; null: nobody.</summary>
    public string? CancelReason { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public string? Deployment => Candidate is { } number ? FormattableString.Invariant($"version-{number}") : null;

    /// <summary>The decision's node in the lineage graph.</summary>
    public string Node => $"retraining:{DecisionId}";

    /// <summary>Null when nothing is trained.</summary>
    public static Challenge? Of(WorkspaceName workspace, RetrainingDecision decision) => decision.JobName is not { } job ? null : new Challenge
    {
        DecisionId = decision.Id,
        Workspace = workspace.Value,
        Policy = decision.Policy,
        Job = job,
        State = ChallengeState.Training,
        Told = $"Job {job} trains a challenger.",
        StartedAt = decision.DecidedAt,
        UpdatedAt = decision.DecidedAt,
    };
}

/// <summary>Where a challenge can stand.</summary>
internal enum ChallengeState
{
    /// <summary>Its job is not over, or its rollout cannot begin yet.</summary>
    Training,
    RollingOut,
    Promoted,

    /// <summary>By the gate, or by the rollout.</summary>
    Rejected,

    /// <summary>There was nothing to promote.</summary>
    Failed,
    Canceled,
}
