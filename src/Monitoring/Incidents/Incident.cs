using Slipway.Kernel;
using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Incidents;

/// <summary>A row of table incidents: alerts that people deal with as one thing.</summary>
internal sealed record Incident
{
    public const string Open = "open", Acknowledged = "acknowledged", Resolved = "resolved";

    private const int LongestTitle = 200;

    public required string Id { get; init; }

    public required string Workspace { get; init; }

    /// <summary>What makes alerts belong to it: "endpoint=flights", else "rule=…".</summary>
    public required string Subject { get; init; }

    public required string Title { get; init; }

    /// <summary>The worst of its alerts.</summary>
    public required string Severity { get; init; }

    public required string Status { get; init; }

    public string? Owner { get; init; }

    public required long OpenedAt { get; init; }

    public long? AcknowledgedAt { get; init; }

    public long? ResolvedAt { get; init; }

    public string Node => $"incident:{Id}";

    public static string SubjectOf(Alert alert) =>
        alert.Labels.TryGetValue("endpoint", out var endpoint) ? $"endpoint={endpoint}" : $"rule={alert.Rule}";

    public static Incident Of(WorkspaceName workspace, Alert alert, TimeProvider time) => new()
    {
        Id = Ids.New(time),
        Workspace = workspace.Value,
        Subject = SubjectOf(alert),
        Title = alert.Message.Length <= LongestTitle ? alert.Message : alert.Message[..(LongestTitle - 1)] + "…",
        Severity = alert.Severity,
        Status = Open,
        OpenedAt = time.UtcNow(),
    };
}

/// <summary>A row of table incident_events.</summary>
internal sealed record IncidentEvent
{
    public required string Incident { get; init; }

    public required long At { get; init; }

    /// <summary>"opened", "alert", "alert resolved", "acknowledged", "assigned", "note", "notified", "resolved".</summary>
    public required string Act { get; init; }

    public required string Principal { get; init; }

    public required string Text { get; init; }

    public string? Alert { get; init; }
}
