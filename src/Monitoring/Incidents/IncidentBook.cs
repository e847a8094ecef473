using System.Data.Common;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Incidents;

/// <summary>Keeps incidents in step with their alerts: the first opens one, the last one that is resolved resolves it.</summary>
internal sealed class IncidentBook(TimeProvider time)
{
    /// <summary>The alert as part of the open incident of its endpoint (or rule), or of a new one.</summary>
    public async Task<Alert> AttachAsync(DbTransaction tx, Caller caller, Alert alert, CancellationToken ct)
    {
        var known = await IncidentStore.FindOpenAsync(tx, caller.Workspace, Incident.SubjectOf(alert), ct);
        var incident = known ?? Incident.Of(caller.Workspace, alert, time);
        if (Severities.IsWorse(alert.Severity, incident.Severity))
            incident = incident with { Severity = alert.Severity };
        if (incident != known)
            await IncidentStore.PutAsync(tx, incident, ct);
        if (known is null)
            await AddAsync(tx, caller, incident.Id, "opened", $"Opened by alert {alert.Id}.", alert.Id, ct);
        await AddAsync(tx, caller, incident.Id, "alert", alert.Message, alert.Id, ct);
        return alert with { Incident = incident.Id };
    }

    /// <summary>Alerts were resolved.</summary>
    public async Task HearAsync(DbTransaction tx, Caller caller, IReadOnlyList<Alert> resolved, CancellationToken ct)
    {
        foreach (var alert in resolved.Where(alert => alert.Incident is not null))
        {
            var how = alert.ResolvedBy is { } who ? $"Resolved by {who}" : "Its condition ended";
            await AddAsync(tx, caller, alert.Incident!, "alert resolved", $"{how}: {alert.Message}", alert.Id, ct);
        }

        foreach (var id in resolved.Select(alert => alert.Incident).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            var incident = await IncidentStore.GetAsync(tx, caller.Workspace, id, ct);
            if (incident.Status != Incident.Resolved && !await IncidentStore.HasOpenAlertsAsync(tx, caller.Workspace, id, ct))
                await ResolveAsync(tx, caller, incident, "All its alerts are resolved.", ct);
        }
    }

    public async Task<Incident> ResolveAsync(DbTransaction tx, Caller caller, Incident incident, string why, CancellationToken ct)
    {
        var resolved = incident with { Status = Incident.Resolved, ResolvedAt = time.UtcNow() };
        await IncidentStore.PutAsync(tx, resolved, ct);
        await AddAsync(tx, caller, incident.Id, "resolved", why, null, ct);
        return resolved;
    }

    /// <summary>Somebody has seen it, and owns it from now on unless somebody does.</summary>
    public async Task<Incident> AcknowledgeAsync(DbTransaction tx, Caller caller, Incident incident, string? note, CancellationToken ct)
    {
        if (incident.Status != Incident.Open)
            return incident;
        var seen = incident with { Status = Incident.Acknowledged, AcknowledgedAt = time.UtcNow(), Owner = incident.Owner ?? caller.Principal };
        await IncidentStore.PutAsync(tx, seen, ct);
        await AddAsync(tx, caller, incident.Id, "acknowledged", note ?? "", null, ct);
        return seen;
    }

    public Task AddAsync(DbTransaction tx, Caller caller, string incident, string act, string text, string? alert, CancellationToken ct) =>
        IncidentStore.AddAsync(
            tx,
            new IncidentEvent { Incident = incident, At = time.UtcNow(), Act = act, Principal = caller.Principal, Text = text, Alert = alert },
            ct);
}
