using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Etl.Connections;

/// <summary>GET /api/v1/connections, perhaps of one type, and …/{name}; DELETE …/{name} forgets one and its credentials.</summary>
internal sealed class ShowConnections(ConnectionStore store, ConnectionSecrets secrets, IAccess access, IAuditLog audit)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/connections", ListAsync).WithName("ListConnections").WithTags("connections");
        routes.MapGet("/connections/{name}", ShowAsync).WithName("ShowConnection").WithTags("connections");
        routes.MapDelete("/connections/{name}", DeleteAsync).WithName("DeleteConnection").WithTags("connections");
    }

    private static async Task<Ok<Response>> ListAsync(Caller caller, ShowConnections operation, CancellationToken ct, string? type = null)
    {
        await operation.DemandAsync(caller, Permission.Read, "connections", ct);
        return TypedResults.Ok(new Response([.. (await operation.AllAsync(caller, type, ct)).Select(ConnectionWire.Of)]));
    }

    private static async Task<Ok<ConnectionWire>> ShowAsync(Caller caller, string name, ShowConnections operation, CancellationToken ct)
    {
        await operation.DemandAsync(caller, Permission.Read, $"connection:{name}", ct);
        return TypedResults.Ok(ConnectionWire.Of(await operation.FindAsync(caller, name, ct)));
    }

    private static async Task<NoContent> DeleteAsync(Caller caller, string name, ShowConnections operation, CancellationToken ct)
    {
        await operation.RemoveAsync(caller, name, ct);
        return TypedResults.NoContent();
    }

    private Task DemandAsync(Caller caller, Permission permission, string target, CancellationToken ct) =>
        access.DemandAsync(caller, permission, target, ct);

    private Task<IReadOnlyList<Connection>> AllAsync(Caller caller, string? type, CancellationToken ct) => store.ListAsync(caller.Workspace, type, ct);

    private async Task<Connection> FindAsync(Caller caller, string name, CancellationToken ct) =>
        await store.FindAsync(caller.Workspace, name, ct) ?? throw SlipwayException.NotFound("Connection", name);

    private async Task RemoveAsync(Caller caller, string name, CancellationToken ct)
    {
        await DemandAsync(caller, Permission.Administer, $"connection:{name}", ct);
        var connection = await FindAsync(caller, name, ct);
        await store.DeleteAsync(caller.Workspace, name, ct);
        await secrets.DeleteAsync(caller, connection, ct);
        await audit.AppendAsync(caller, "connection.delete", connection.Node, detail: null, ct);
    }

    internal sealed record Response([property: JsonPropertyName("connections")] IReadOnlyList<ConnectionWire> Connections);
}
