using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Monitoring.Definitions;
using Slipway.Security.Contracts;

namespace Slipway.Monitoring.Notifications;

/// <summary>/api/v1/receivers: declare (the body is the YAML), list, show, delete.</summary>
internal sealed class ReceiverRoutes(ReceiverStore receivers, IDeliveries deliveries, IAccess access, IAuditLog audit)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/receivers", CreateAsync).WithName("CreateReceiver").WithTags("alerts");
        routes.MapGet("/receivers", ListAsync).WithName("ListReceivers").WithTags("alerts");
        routes.MapGet("/receivers/{name}", ShowAsync).WithName("ShowReceiver").WithTags("alerts");
        routes.MapDelete("/receivers/{name}", DeleteAsync).WithName("DeleteReceiver").WithTags("alerts");
    }

    /// <summary>One of the same name is replaced.</summary>
    public async Task<ReceiverRow> DeclareAsync(Caller caller, string yaml, CancellationToken ct)
    {
        var receiver = Receiver.Read(yaml, "receiver.yml");
        await access.DemandAsync(caller, Permission.Write, $"receiver:{receiver.Name}", ct);
        await deliveries.CheckUrlAsync(receiver.Url, ct);
        if (receiver.Escalate is { } escalation)
            await receivers.GetAsync(caller.Workspace, escalation.To, ct);
        await receivers.PutAsync(caller, receiver.Name, yaml, ct);
        await audit.AppendAsync(caller, "receiver.create", $"receiver:{receiver.Name}", null, ct);
        return await receivers.GetAsync(caller.Workspace, receiver.Name, ct);
    }

    private static async Task<Ok<Response>> CreateAsync(DefinitionBody body, Caller caller, ReceiverRoutes operation, CancellationToken ct) =>
        TypedResults.Ok(Response.Of(await operation.DeclareAsync(caller, body.Text, ct)));

    private static async Task<Ok<Listing>> ListAsync(Caller caller, IAccess access, ReceiverStore receivers, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "receivers", ct);
        return TypedResults.Ok(new Listing([.. (await receivers.ListAsync(caller.Workspace, ct)).Select(Response.Of)]));
    }

    private static async Task<Ok<Response>> ShowAsync(string name, Caller caller, IAccess access, ReceiverStore receivers, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"receiver:{name}", ct);
        return TypedResults.Ok(Response.Of(await receivers.GetAsync(caller.Workspace, name, ct)));
    }

    private static async Task<NoContent> DeleteAsync(
        string name, Caller caller, IAccess access, IAuditLog audit, ReceiverStore receivers, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"receiver:{name}", ct);
        if (!await receivers.DeleteAsync(caller.Workspace, name, ct))
            throw SlipwayException.NotFound("Receiver", name);
        await audit.AppendAsync(caller, "receiver.delete", $"receiver:{name}", null, ct);
        return TypedResults.NoContent();
    }

    internal sealed record Listing(IReadOnlyList<Response> Receivers);

    /// <param name="Channel">"email", "webhook" or "alertmanager".</param>
    internal sealed record Response(
        string Name, string Channel, string Target, IReadOnlyList<string> Match, string? EscalatesTo, string Definition, DateTimeOffset CreatedAt,
        string CreatedBy, DateTimeOffset UpdatedAt)
    {
        public static Response Of(ReceiverRow row)
        {
            var receiver = row.Read();
            var channel = receiver.Email is not null ? "email" : receiver.Webhook is not null ? "webhook" : "alertmanager";
            return new Response(
                row.Name, channel, receiver.Email is { } email ? string.Join(", ", email.To) : receiver.Url, receiver.Match ?? [], receiver.Escalate?.To,
                row.Definition, row.CreatedAt.ToTime(), row.CreatedBy, row.UpdatedAt.ToTime());
        }
    }
}
