using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Incidents;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Alerts;

/// <summary>POST /api/v1/alerts/{id}/acknowledge: no more reminders, no escalation; /alerts/{id}/resolve: over, until its condition comes anew.</summary>
internal sealed class SteerAlert(
    Database database, AlertStore alerts, AlertBook book, IncidentBook incidents, AlertNews news, IAccess access, IAuditLog audit, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/alerts/{id}/acknowledge", (string id, Request request, Caller caller, SteerAlert operation, CancellationToken ct) =>
            operation.AcknowledgeAsync(caller, id, request.Note, ct)).WithName("AcknowledgeAlert").WithTags("alerts");
        routes.MapPost("/alerts/{id}/resolve", (string id, Caller caller, SteerAlert operation, CancellationToken ct) =>
            operation.ResolveAsync(caller, id, ct)).WithName("ResolveAlert").WithTags("alerts");
    }

    public async Task<Ok<AlertWire>> AcknowledgeAsync(Caller caller, string id, string? note, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"alert:{id}", ct);
        Words.Checked(note);
        await database.WriteAsync(
            async (tx, token) =>
            {
                var alert = await AlertStore.GetAsync(tx, caller.Workspace, id, token);
                if (alert.Status != Alert.Firing)
                    throw SlipwayException.Conflict($"Alert '{id}' is {alert.Status}; only one that fires can be acknowledged.");
                await AlertStore.PutAsync(tx, caller.Workspace, alert.SeenBy(caller, time.GetUtcNow()), token);
                if (alert.Incident is { } incident)
                    await incidents.AcknowledgeAsync(tx, caller, await IncidentStore.GetAsync(tx, caller.Workspace, incident, token), note, token);
            },
            ct);
        await audit.AppendAsync(caller, "alert.acknowledge", $"alert:{id}", null, ct);
        return TypedResults.Ok(AlertWire.Of(await alerts.GetAsync(caller.Workspace, id, ct)));
    }

    public async Task<Ok<AlertWire>> ResolveAsync(Caller caller, string id, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"alert:{id}", ct);
        var changes = await database.WriteAsync(
            async (tx, token) =>
            {
                var alert = await AlertStore.GetAsync(tx, caller.Workspace, id, token);
                return alert.Status == Alert.Firing
                    ? await book.ResolveAsync(tx, caller, [alert], token)
                    : throw SlipwayException.Conflict($"Alert '{id}' is {alert.Status}; only one that fires can be resolved.");
            },
            ct);
        await audit.AppendAsync(caller, "alert.resolve", $"alert:{id}", null, ct);
        await news.TellAsync(caller, changes, ct);
        return TypedResults.Ok(AlertWire.Of(await alerts.GetAsync(caller.Workspace, id, ct)));
    }

    internal sealed record Request(string? Note = null);
}
