using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.ObjectStores;
using Slipway.Security.Contracts;

namespace Slipway.Lake.Datastores;

/// <summary>
/// POST /api/v1/datastores: creates or replaces one from its YAML; PATCH …/{name}: the same of one that exists, which keeps its
/// credentials when none are said. Credentials are taken and never given.
/// </summary>
internal sealed class SaveDatastore(DatastoreStore store, IAccess access, IAuditLog audit, IVault vault, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/datastores", SaveAsync).WithName("CreateDatastore").WithTags("datastores");
        routes.MapPatch("/datastores/{name}", UpdateAsync).WithName("UpdateDatastore").WithTags("datastores");
    }

    private static async Task<Ok<DatastoreWire>> SaveAsync(Request request, Caller caller, SaveDatastore operation, CancellationToken ct) =>
        TypedResults.Ok(DatastoreWire.Of(await operation.CreateAsync(caller, request, ct)));

    private static async Task<Ok<DatastoreWire>> UpdateAsync(string name, Request request, Caller caller, SaveDatastore operation, CancellationToken ct) =>
        TypedResults.Ok(DatastoreWire.Of(await operation.ChangeAsync(caller, name, request, ct)));

    // Whoever may name a place lets the server read it with the server's rights.
    private async Task<Datastore> CreateAsync(Caller caller, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Administer, "datastores", ct);
        var wanted = DatastoreReader.Read(request.Definition);
        return await KeepAsync(caller, Of(wanted, caller), wanted.Credentials, ct);
    }

    private async Task<Datastore> ChangeAsync(Caller caller, string name, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Administer, $"datastore:{name}", ct);
        var before = await store.FindAsync(caller.Workspace, name, ct) ?? throw SlipwayException.NotFound("Datastore", name);
        var wanted = DatastoreReader.Read(request.Definition);
        if (wanted.Name != name || wanted.Type != before.Type)
            throw SlipwayException.Invalid("The name and the type of a datastore do not change; create another one.");
        var datastore = Of(wanted, caller);
        return await KeepAsync(
            caller, wanted.Credentials is null ? datastore with { Credentials = before.Credentials } : datastore, wanted.Credentials, ct);
    }

    private Datastore Of(DatastoreDefinition wanted, Caller caller) => new()
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

    /// <param name="credentials">Null: the vault keeps those that it has.</param>
    private async Task<Datastore> KeepAsync(Caller caller, Datastore datastore, ObjectStoreCredentials? credentials, CancellationToken ct)
    {
        if (datastore.Credentials is null)
            await vault.DeleteAsync(caller, datastore.Secret, ct);
        else if (credentials is not null)
            await vault.SetAsync(caller, datastore.Secret, JsonSerializer.Serialize(credentials, LakeJson.Default.ObjectStoreCredentials), ct);
        await store.SaveAsync(datastore, ct);
        await audit.AppendAsync(caller, "datastore.save", datastore.Node, detail: null, ct);
        return datastore;
    }

    /// <param name="Definition">Azure ML's YAML (or JSON) of the datastore, with its credentials.</param>
    public sealed record Request(string Definition);
}
