using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Alerts;

/// <summary>An alert on the wire.</summary>
/// <param name="Status">"pending", "firing" or "resolved".</param>
/// <param name="Since">The beginning of the first window of event time in which it was seen.</param>
/// <param name="Link">The page of the Studio with the evidence.</param>
internal sealed record AlertWire(
    string Id, string Rule, string Severity, string Status, string Monitor, string Signal, IReadOnlyDictionary<string, string> Labels,
    string Message, string Evidence, string Link, string OpenedRun, string LastRun, DateTimeOffset Since, DateTimeOffset OpenedAt, DateTimeOffset? FiredAt,
    DateTimeOffset UpdatedAt, DateTimeOffset? AcknowledgedAt, string? AcknowledgedBy, DateTimeOffset? ResolvedAt, string? ResolvedBy, string? Incident)
{
    public static AlertWire Of(Alert alert) => new(
        alert.Id, alert.Rule, alert.Severity, alert.Status, alert.Monitor, alert.Signal, alert.Labels, alert.Message, alert.Evidence,
        EvidencePage.Of(alert), alert.OpenedRun, alert.LastRun, alert.Since, alert.OpenedAt, alert.FiredAt, alert.UpdatedAt, alert.AcknowledgedAt,
        alert.AcknowledgedBy, alert.ResolvedAt, alert.ResolvedBy, alert.Incident);
}
