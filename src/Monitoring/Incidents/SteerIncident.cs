using System.Data.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Alerts;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Incidents;

/// <summary>POST /api/v1/incidents/{id}/acknowledge, /assign, /notes, /resolve: what people do about an incident.</summary>
internal sealed class SteerIncident(
    Database database, IncidentStore incidents, IncidentBook book, AlertStore alerts, AlertBook alertBook, AlertNews news, IAccess access,
    IAuditLog audit, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/incidents/{id}/acknowledge", (string id, Request request, Caller caller, SteerIncident operation, CancellationToken ct) =>
            operation.AcknowledgeAsync(caller, id, request.Text, ct)).WithName("AcknowledgeIncident").WithTags("alerts");
        routes.MapPost("/incidents/{id}/assign", (string id, Assignment request, Caller caller, SteerIncident operation, CancellationToken ct) =>
            operation.AssignAsync(caller, id, request.Owner, ct)).WithName("AssignIncident").WithTags("alerts");
        routes.MapPost("/incidents/{id}/notes", (string id, Request request, Caller caller, SteerIncident operation, CancellationToken ct) =>
            operation.NoteAsync(caller, id, request.Text, ct)).WithName("NoteIncident").WithTags("alerts");
        routes.MapPost("/incidents/{id}/resolve", (string id, Request request, Caller caller, SteerIncident operation, CancellationToken ct) =>
            operation.ResolveAsync(caller, id, request.Text, ct)).WithName("ResolveIncident").WithTags("alerts");
    }

    public Task<Ok<IncidentDetails>> AcknowledgeAsync(Caller caller, string id, string? text, CancellationToken ct) =>
        ActAsync(caller, id, "incident.acknowledge", text, openOnly: true, async (tx, incident, token) =>
        {
            await book.AcknowledgeAsync(tx, caller, incident, text, token);
            foreach (var alert in await OpenAlertsAsync(tx, caller, id, token))
                await AlertStore.PutAsync(tx, caller.Workspace, alert.SeenBy(caller, time.GetUtcNow()), token);
        }, ct);

    public Task<Ok<IncidentDetails>> AssignAsync(Caller caller, string id, string? owner, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(owner) || owner.Length > 200)
            throw SlipwayException.Invalid("""Say who owns it from now on, in at most 200 characters: {"owner":"ana"}.""");
        return ActAsync(caller, id, "incident.assign", owner, openOnly: true, async (tx, incident, token) =>
        {
            await IncidentStore.PutAsync(tx, incident with { Owner = owner }, token);
            await book.AddAsync(tx, caller, id, "assigned", $"To {owner}.", null, token);
        }, ct);
    }

    public Task<Ok<IncidentDetails>> NoteAsync(Caller caller, string id, string? text, CancellationToken ct) =>
        string.IsNullOrWhiteSpace(text)
            ? throw SlipwayException.Invalid("""A note needs words: {"text":"the feed of origin was late"}.""")
            : ActAsync(caller, id, "incident.note", text, openOnly: false, (tx, _, token) => book.AddAsync(tx, caller, id, "note", text, null, token), ct);

    /// <summary>With its alerts, which come back only once their conditions have ended.</summary>
    public async Task<Ok<IncidentDetails>> ResolveAsync(Caller caller, string id, string? text, CancellationToken ct)
    {
        var changes = new AlertChanges([], []);
        var details = await ActAsync(caller, id, "incident.resolve", text, openOnly: true, async (tx, incident, token) =>
        {
            await book.ResolveAsync(tx, caller, incident, text ?? "", token);
            changes = await alertBook.ResolveAsync(tx, caller, await OpenAlertsAsync(tx, caller, id, token), token);
        }, ct);
        await news.TellAsync(caller, changes, ct);
        return details;
    }

    private static async Task<IReadOnlyList<Contracts.Alert>> OpenAlertsAsync(DbTransaction tx, Caller caller, string incident, CancellationToken ct) =>
        [.. (await AlertStore.OpenAsync(tx, caller.Workspace, null, ct)).Where(alert => alert.Incident == incident)];

    private async Task<Ok<IncidentDetails>> ActAsync(
        Caller caller, string id, string action, string? text, bool openOnly, Func<DbTransaction, Incident, CancellationToken, Task> act,
        CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"incident:{id}", ct);
        Words.Checked(text);
        await database.WriteAsync(
            async (tx, token) =>
            {
                var incident = await IncidentStore.GetAsync(tx, caller.Workspace, id, token);
                if (openOnly && incident.Status == Incident.Resolved)
                    throw SlipwayException.Conflict($"Incident '{id}' is resolved; a note can still be added.");
                await act(tx, incident, token);
            },
            ct);
        await audit.AppendAsync(caller, action, $"incident:{id}", null, ct);
        return TypedResults.Ok(await IncidentDetails.ReadAsync(caller.Workspace, id, incidents, alerts, ct));
    }

    internal sealed record Request(string? Text = null);

    internal sealed record Assignment(string? Owner = null);
}
