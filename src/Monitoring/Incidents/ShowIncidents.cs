using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Alerts;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Incidents;

/// <summary>GET /api/v1/incidents (newest first), /incidents/{id} with its timeline, /incidents/statistics.</summary>
internal static class ShowIncidents
{
    private const int Most = 1000;
    private const int MostCounted = 100_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/incidents", ListAsync).WithName("ListIncidents").WithTags("alerts");
        routes.MapGet("/incidents/statistics", CountAsync).WithName("ShowIncidentStatistics").WithTags("alerts");
        routes.MapGet("/incidents/{id}", ShowAsync).WithName("ShowIncident").WithTags("alerts");
    }

    private static async Task<Ok<Response>> ListAsync(
        string? status, int? limit, Caller caller, IAccess access, IncidentStore incidents, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "incidents", ct);
        if (status is not (null or Incident.Open or Incident.Acknowledged or Incident.Resolved))
            throw SlipwayException.Invalid($"status is '{status}'; it is open (all that are not resolved), acknowledged or resolved.");
        var found = await incidents.ListAsync(
            caller.Workspace, status, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, Math.Clamp(limit ?? 100, 1, Most), ct);
        return TypedResults.Ok(new Response([.. found.Select(IncidentWire.Of)]));
    }

    private static async Task<Ok<IncidentDetails>> ShowAsync(
        string id, Caller caller, IAccess access, IncidentStore incidents, AlertStore alerts, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"incident:{id}", ct);
        return TypedResults.Ok(await IncidentDetails.ReadAsync(caller.Workspace, id, incidents, alerts, ct));
    }

    private static async Task<Ok<Statistics>> CountAsync(
        DateTimeOffset? from, DateTimeOffset? to, Caller caller, IAccess access, IncidentStore incidents, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "incidents", ct);
        var found = await incidents.ListAsync(
            caller.Workspace, null, from ?? DateTimeOffset.UnixEpoch, to ?? DateTimeOffset.MaxValue, MostCounted, ct);
        var wires = found.Select(IncidentWire.Of).ToList();
        return TypedResults.Ok(new Statistics(
            wires.Count,
            wires.Count(incident => incident.Status != Incident.Resolved),
            Mean(wires.Select(incident => incident.SecondsToAcknowledge)),
            Mean(wires.Select(incident => incident.SecondsToResolve))));
    }

    private static double? Mean(IEnumerable<double?> seconds) => seconds.Average();

    internal sealed record Response(IReadOnlyList<IncidentWire> Incidents);

    /// <param name="Incidents">Opened in the time that was asked for.</param>
    /// <param name="MeanSecondsToAcknowledge">MTTA, over those that were acknowledged; null without one.</param>
    /// <param name="MeanSecondsToResolve">MTTR, over those that were resolved.</param>
    internal sealed record Statistics(int Incidents, int Open, double? MeanSecondsToAcknowledge, double? MeanSecondsToResolve);
}
