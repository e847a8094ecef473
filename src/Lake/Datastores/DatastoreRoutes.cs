using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Datastores;

/// <summary>/api/v1/datastores: create or update from YAML, show, list, delete. Credentials are taken and never given.</summary>
internal sealed class DatastoreRoutes(
    DatastoreStore store, IAccess access, IAuditLog audit, IVault vault, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/datastores", SaveAsync).WithName("CreateDatastore").WithTags("datastores");
        routes.MapGet("/datastores", ListAsync).WithName("ListDatastores").WithTags("datastores");
        routes.MapGet("/datastores/{name}", ShowAsync).WithName("ShowDatastore").WithTags("datastores");
        routes.MapDelete("/datastores/{name}", DeleteAsync).WithName("DeleteDatastore").WithTags("datastores");
    }

    private static async Task<Ok<Response>> SaveAsync(
        Request request, Caller caller, DatastoreRoutes operation, CancellationToken ct) =>
        TypedResults.Ok(Response.Of(await operation.RunAsync(caller, request, ct)));

    private static async Task<Ok<Listing>> ListAsync(Caller caller, DatastoreRoutes operation, CancellationToken ct)
    {
        await operation.DemandReadAsync(caller, "datastores", ct);
        return TypedResults.Ok(new Listing([.. (await operation.AllAsync(caller, ct)).Select(Response.Of)]));
    }

    private static async Task<Ok<Response>> ShowAsync(string name, Caller caller, DatastoreRoutes operation, CancellationToken ct)
    {
        await operation.DemandReadAsync(caller, $"datastore:{name}", ct);
        return TypedResults.Ok(Response.Of(await operation.FindAsync(caller, name, ct)));
    }

    private static async Task<NoContent> DeleteAsync(string name, Caller caller, DatastoreRoutes operation, CancellationToken ct)
    {
        await operation.RemoveAsync(caller, name, ct);
        return TypedResults.NoContent();
    }

    // Whoever may name a place lets the server read it with the server's rights.
    private async Task<Datastore> RunAsync(Caller caller, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Administer, "datastores", ct);
        var wanted = DatastoreReader.Read(request.Definition);
        var datastore = new Datastore
        {
            Workspace = caller.Workspace,
            Name = wanted.Name,
            Type = wanted.Type,
            Settings = wanted.Settings,
            Credentials = wanted.CredentialKind,
            Description = wanted.Description,
            Tags = wanted.Tags,
            ChangedAt = time.GetUtcNow(),
            ChangedBy = caller.Principal,
        };
        if (wanted.CredentialKind is null)
            await vault.DeleteAsync(caller, datastore.Secret, ct);
        else
            await vault.SetAsync(caller, datastore.Secret, JsonSerializer.Serialize(wanted.Credentials, LakeJson.Default.ObjectStoreCredentials), ct);
        await store.SaveAsync(datastore, ct);
        await audit.AppendAsync(caller, "datastore.save", datastore.Node, detail: null, ct);
        return datastore;
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

    /// <param name="Definition">Azure ML's YAML (or JSON) of the datastore, with its credentials.</param>
    public sealed record Request(string Definition);

    public sealed record Listing(IReadOnlyList<Response> Datastores);

    /// <param name="Credentials">The kind that is kept in the vault; null: the server's own identity.</param>
    public sealed record Response(
        string Name,
        string Type,
        IReadOnlyDictionary<string, string> Settings,
        string? Credentials,
        string? Description,
        IReadOnlyDictionary<string, string> Tags,
        DateTimeOffset ChangedAt,
        string ChangedBy)
    {
        internal static Response Of(Datastore datastore) => new(
            datastore.Name,
            datastore.Type,
            datastore.Settings,
            datastore.Credentials,
            datastore.Description,
            datastore.Tags,
            datastore.ChangedAt,
            datastore.ChangedBy);
    }
}
