using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Datastores;

/// <summary>/api/v1/datastores: show, list, delete.</summary>
internal sealed class DatastoreRoutes(DatastoreStore store, IAccess access, IAuditLog audit, IVault vault)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/datastores", ListAsync).WithName("ListDatastores").WithTags("datastores");
        routes.MapGet("/datastores/{name}", ShowAsync).WithName("ShowDatastore").WithTags("datastores");
        routes.MapDelete("/datastores/{name}", DeleteAsync).WithName("DeleteDatastore").WithTags("datastores");
    }

    private static async Task<Ok<Listing>> ListAsync(Caller caller, DatastoreRoutes operation, CancellationToken ct)
    {
        await operation.DemandReadAsync(caller, "datastores", ct);
        return TypedResults.Ok(new Listing([.. (await operation.AllAsync(caller, ct)).Select(DatastoreWire.Of)]));
    }

    private static async Task<Ok<DatastoreWire>> ShowAsync(string name, Caller caller, DatastoreRoutes operation, CancellationToken ct)
    {
        await operation.DemandReadAsync(caller, $"datastore:{name}", ct);
        return TypedResults.Ok(DatastoreWire.Of(await operation.FindAsync(caller, name, ct)));
    }

    private static async Task<NoContent> DeleteAsync(string name, Caller caller, DatastoreRoutes operation, CancellationToken ct)
    {
        await operation.RemoveAsync(caller, name, ct);
        return TypedResults.NoContent();
    }

    private async Task RemoveAsync(Caller caller, string name, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Administer, $"datastore:{name}", ct);
        var datastore = await FindAsync(caller, name, ct);
        if (!await store.DeleteAsync(caller.Workspace, name, ct))
            throw SlipwayException.Conflict($"Datastore '{name}' is the workspace's own and stays; one that is created under its name takes its place.");
        await vault.DeleteAsync(caller, datastore.Secret, ct);
        await audit.AppendAsync(caller, "datastore.delete", datastore.Node, detail: null, ct);
    }

    private Task DemandReadAsync(Caller caller, string target, CancellationToken ct) =>
        access.DemandAsync(caller, Permission.Read, target, ct);

    private Task<IReadOnlyList<Datastore>> AllAsync(Caller caller, CancellationToken ct) => store.ListAsync(caller.Workspace, ct);

    private async Task<Datastore> FindAsync(Caller caller, string name, CancellationToken ct) =>
        await store.FindAsync(caller.Workspace, name, ct) ?? throw SlipwayException.NotFound("Datastore", name);

    public sealed record Listing(IReadOnlyList<DatastoreWire> Datastores);
}

/// <summary>A datastore on the wire.</summary>
/// <param name="Credentials">The kind that is kept in the vault; null: the server's own identity.</param>
internal sealed record DatastoreWire(
    string Name,
    string Type,
    IReadOnlyDictionary<string, string> Settings,
    string? Credentials,
    string? Description,
    IReadOnlyDictionary<string, string> Tags,
    DateTimeOffset ChangedAt,
    string ChangedBy)
{
    public static DatastoreWire Of(Datastore datastore) => new(
        datastore.Name,
        datastore.Type,
        datastore.Settings,
        datastore.Credentials,
        datastore.Description,
        datastore.Tags,
        datastore.ChangedAt,
        datastore.ChangedBy);
}
