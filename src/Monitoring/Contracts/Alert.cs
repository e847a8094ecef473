namespace Slipway.Monitoring.Contracts;

/// <summary>A signal that was worse than its limit, from the run that found it to the one that found it well again.</summary>
public sealed record Alert
{
    public required string Id { get; init; }

    public required string Monitor { get; init; }

    public required string Signal { get; init; }

    /// <summary>"open" or "resolved".</summary>
    public required string Status { get; init; }

    /// <summary>The cause as the last run saw it: which figures, against which limits, in which window, compared with what.</summary>
    public required string Message { get; init; }

    /// <summary>The run that opened it.</summary>
    public required string OpenedRun { get; init; }

    /// <summary>The last run that looked at it.</summary>
    public required string LastRun { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>Its node in the lineage graph.</summary>
    public string Node => $"alert:{Id}";
}
