namespace Slipway.Monitoring.Contracts;

/// <summary>Something that was worse than a rule allows, from when the rule saw it first to when it was well again.</summary>
public sealed record Alert
{
    public const string Pending = "pending", Firing = "firing", Resolved = "resolved";

    public required string Id { get; init; }

    /// <summary>A rule's name, or "monitor/MONITOR/SIGNAL".</summary>
    public required string Rule { get; init; }

    /// <summary>What it is about among all that its rule looks at: "feature=hour"; "" when the rule tells nothing apart.</summary>
    public required string Subject { get; init; }

    /// <summary>"info", "warning", "error" or "critical".</summary>
    public required string Severity { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>"pending" while its rule waits, "firing", "resolved".</summary>
    public required string Status { get; init; }

    /// <summary>The cause as it was seen last: which figures, against which limits, in which window, compared with what.</summary>
    public required string Message { get; init; }

    /// <summary>The node that it was seen in last: "monitor-run:…", "deployment:flights/blue".</summary>
    public required string Evidence { get; init; }

    /// <summary>The end of the window of event time that the evidence is of.</summary>
    public required DateTimeOffset EvidenceTime { get; init; }

    /// <summary>The beginning of the first window of event time in which it was seen.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>The monitor run that opened it; "" for evidence of another kind.</summary>
    public required string OpenedRun { get; init; }

    /// <summary>The last monitor run that looked at it.</summary>
    public required string LastRun { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>Null while it is pending.</summary>
    public DateTimeOffset? FiredAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public DateTimeOffset? AcknowledgedAt { get; init; }

    public string? AcknowledgedBy { get; init; }

    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>Who resolved it by hand; null: its condition ended.</summary>
    public string? ResolvedBy { get; init; }

    /// <summary>The incident that it is part of.</summary>
    public string? Incident { get; init; }

    /// <summary>"" when it is of no monitor.</summary>
    public string Monitor => Labels.GetValueOrDefault("monitor", "");

    public string Signal => Labels.GetValueOrDefault("signal", "");

    /// <summary>As somebody has taken note of it; the first who does counts.</summary>
    internal Alert SeenBy(Kernel.Caller caller, DateTimeOffset now) => Status != Firing || AcknowledgedAt is not null
        ? this
        : this with { AcknowledgedAt = now, AcknowledgedBy = caller.Principal, UpdatedAt = now };

    /// <summary>Its node in the lineage graph.</summary>
    public string Node => $"alert:{Id}";
}
