using Slipway.Kernel;
using Slipway.Monitoring.Alerts;

namespace Slipway.Monitoring.Incidents;

/// <summary>An incident on the wire.</summary>
/// <param name="SecondsToAcknowledge">Null: nobody has.</param>
/// <param name="SecondsToResolve">Null: it is not resolved.</param>
internal sealed record IncidentWire(
    string Id, string Title, string Subject, string Severity, string Status, string? Owner, DateTimeOffset OpenedAt, DateTimeOffset? AcknowledgedAt,
    DateTimeOffset? ResolvedAt, double? SecondsToAcknowledge, double? SecondsToResolve)
{
    public static IncidentWire Of(Incident incident) => new(
        incident.Id, incident.Title, incident.Subject, incident.Severity, incident.Status, incident.Owner, incident.OpenedAt.ToTime(),
        incident.AcknowledgedAt?.ToTime(), incident.ResolvedAt?.ToTime(), (incident.AcknowledgedAt - incident.OpenedAt) / 1000.0,
        (incident.ResolvedAt - incident.OpenedAt) / 1000.0);
}

/// <summary>An incident with all that happened, oldest first.</summary>
internal sealed record IncidentDetails(IncidentWire Incident, IReadOnlyList<IncidentDetails.Happened> Timeline, IReadOnlyList<AlertWire> Alerts)
{
    public static async Task<IncidentDetails> ReadAsync(
        WorkspaceName workspace, string id, IncidentStore incidents, AlertStore alerts, CancellationToken ct)
    {
        const int MostAlerts = 500;
        var incident = await incidents.GetAsync(workspace, id, ct);
        var events = await incidents.EventsAsync(id, ct);
        var members = await alerts.ListAsync(workspace, new AlertQuery { Incident = id, Limit = MostAlerts }, ct);
        return new IncidentDetails(IncidentWire.Of(incident), [.. events.Select(Happened.Of)], [.. members.Select(AlertWire.Of)]);
    }

    internal sealed record Happened(DateTimeOffset At, string Act, string Principal, string Text, string? Alert)
    {
        public static Happened Of(IncidentEvent row) => new(row.At.ToTime(), row.Act, row.Principal, row.Text, row.Alert);
    }
}
