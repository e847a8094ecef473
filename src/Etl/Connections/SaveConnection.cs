using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Etl.Connections;

/// <summary>
/// POST /api/v1/connections: creates or replaces one from Azure ML's YAML; PATCH …/{name}: changes fields of it, its credentials
/// among them. Credentials are taken and never given.
/// </summary>
internal sealed class SaveConnection(ConnectionStore store, ConnectionSecrets secrets, IAccess access, IAuditLog audit, TimeProvider time)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/connections", HandleSaveAsync).WithName("SaveConnection").WithTags("connections");
        routes.MapPatch("/connections/{name}", HandleUpdateAsync).WithName("UpdateConnection").WithTags("connections");
    }

    private static async Task<Ok<ConnectionWire>> HandleSaveAsync(Caller caller, Request request, SaveConnection operation, CancellationToken ct) =>
        TypedResults.Ok(ConnectionWire.Of(await operation.CreateAsync(caller, request, ct)));

    private static async Task<Ok<ConnectionWire>> HandleUpdateAsync(
        Caller caller, string name, Changes request, SaveConnection operation, CancellationToken ct) =>
        TypedResults.Ok(ConnectionWire.Of(await operation.UpdateAsync(caller, name, EditWire.Read(request.Edits), ct)));

    private async Task<Connection> CreateAsync(Caller caller, Request request, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Administer, "connections", ct);
        return await SaveAsync(caller, Read(request.Definition, request.Source ?? "connection.yml", []), ct);
    }

    private async Task<Connection> UpdateAsync(Caller caller, string name, IReadOnlyList<DefinitionEdit> edits, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Administer, $"connection:{name}", ct);
        var before = await store.FindAsync(caller.Workspace, name, ct) ?? throw SlipwayException.NotFound("Connection", name);
        var whole = before.ReadDefinition();
        if (before.Credentials is not null)
            whole["credentials"] = await secrets.ReadAsync(before, ct);
        var definition = Read(whole.ToJsonString(), "connection.yml", edits);
        return definition["name"]!.ToString() == name
            ? await SaveAsync(caller, definition, ct)
            : throw SlipwayException.Invalid("The name of a connection does not change; create another one.");
    }

    private async Task<Connection> SaveAsync(Caller caller, JsonObject definition, CancellationToken ct)
    {
        var credentials = definition["credentials"]?.DeepClone().AsObject();
        definition.Remove("credentials");
        definition.Remove("$schema");
        var kind = credentials?["type"]?.ToString();
        var connection = new Connection
        {
            Workspace = caller.Workspace.Value,
            Name = definition["name"]!.ToString(),
            Type = definition["type"]!.ToString(),
            Definition = definition.ToJsonString(),
            Credentials = kind == "none" ? null : kind,
            ChangedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
            ChangedBy = caller.Principal,
        };
        OpenConnection.CheckCredentials(connection.Type, credentials ?? []);
        await secrets.WriteAsync(caller, connection, credentials, ct);
        await store.SaveAsync(connection, ct);
        await audit.AppendAsync(caller, "connection.save", connection.Node, detail: null, ct);
        return connection;
    }

    private static JsonObject Read(string yaml, string source, IReadOnlyList<DefinitionEdit> edits) =>
        Definitions.Read(new DefinitionFile { Yaml = yaml, Source = source, Kind = "connection", Edits = edits });

    /// <param name="Definition">Azure ML's YAML (or JSON) of the connection, with its credentials.</param>
    public sealed record Request(string Definition, string? Source);

    public sealed record Changes(IReadOnlyList<EditWire> Edits);
}
