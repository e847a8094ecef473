using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Serving.Batch;

/// <summary>/api/v1/batch-endpoints/{endpoint}/deployments: create or replace, change, show, list, delete.</summary>
internal static class BatchDeploymentRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/batch-endpoints/{endpoint}/deployments").WithTags("batch-deployments");
        group.MapGet("", ListAsync).WithName("ListBatchDeployments");
        group.MapPut("/{name}", SaveAsync).WithName("SaveBatchDeployment");
        group.MapPatch("/{name}", UpdateAsync).WithName("UpdateBatchDeployment");
        group.MapGet("/{name}", ShowAsync).WithName("ShowBatchDeployment");
        group.MapDelete("/{name}", DeleteAsync).WithName("DeleteBatchDeployment");
    }

    private static async Task<Ok<Listing>> ListAsync(string endpoint, Caller caller, BatchStore store, IAccess access, CancellationToken ct) =>
        TypedResults.Ok(new Listing([.. (await ReadAsync(endpoint, caller, store, access, ct)).Deployments.Select(BatchDeploymentWire.Of)]));

    private static async Task<Ok<BatchDeploymentWire>> ShowAsync(
        string endpoint, string name, Caller caller, BatchStore store, IAccess access, CancellationToken ct) =>
        TypedResults.Ok(BatchDeploymentWire.Of((await ReadAsync(endpoint, caller, store, access, ct)).Choose(name)));

    private static async Task<Ok<BatchDeploymentWire>> SaveAsync(
        string endpoint, string name, Request request, Caller caller, SaveBatchDeployment operation, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(request.Definition))
            throw SlipwayException.Invalid("""Send the deployment's YAML: {"definition":"model: azureml:m:1\n…","files":{"./src":"sha256:…"}}.""");
        var files = (request.Files ?? []).ToDictionary(file => file.Key, file => Digest.Parse(file.Value));
        var file = new DefinitionFile { Yaml = request.Definition, Source = request.Source ?? "deployment.yml" };
        var saved = await operation.RunAsync(caller, endpoint, name, file, files, request.SetDefault, ct);
        return TypedResults.Ok(BatchDeploymentWire.Of(saved));
    }

    private static async Task<Ok<BatchDeploymentWire>> UpdateAsync(
        string endpoint, string name, Changes request, Caller caller, SaveBatchDeployment operation, CancellationToken ct) =>
        TypedResults.Ok(BatchDeploymentWire.Of(
            await operation.ChangeAsync(caller, endpoint, name, EditWire.Read(request.Edits), request.SetDefault, ct)));

    private static async Task<NoContent> DeleteAsync(
        string endpoint, string name, Caller caller, BatchStore store, IAccess access, IAuditLog audit, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"batch-endpoint:{endpoint}", ct);
        var found = (await store.GetAsync(caller.Workspace, endpoint, ct)).Choose(name);
        await store.DeleteDeploymentAsync(caller.Workspace, endpoint, name, ct);
        await audit.AppendAsync(caller, "batch_deployment.delete", found.Node, detail: null, ct);
        return TypedResults.NoContent();
    }

    private static async Task<BatchEndpoint> ReadAsync(string endpoint, Caller caller, BatchStore store, IAccess access, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"batch-endpoint:{endpoint}", ct);
        return await store.GetAsync(caller.Workspace, endpoint, ct);
    }

    /// <param name="Definition">Azure ML's YAML of a batch deployment; the address wins over names in it.</param>
    /// <param name="Files">The digest of the tree of each local path that it names.</param>
    public sealed record Request(string? Definition, string? Source, Dictionary<string, string>? Files, bool SetDefault);

    /// <param name="Edits">Of the definition as it is shown.</param>
    public sealed record Changes(IReadOnlyList<EditWire> Edits, bool SetDefault);

    public sealed record Listing(IReadOnlyList<BatchDeploymentWire> Deployments);
}

/// <summary>A batch deployment on the wire.</summary>
internal sealed record BatchDeploymentWire(
    string Name, string EndpointName, string Type, string? Model, JsonElement Settings, JsonElement Definition, DateTimeOffset CreatedAt)
{
    public static BatchDeploymentWire Of(BatchDeployment deployment) => new(
        deployment.Name,
        deployment.Endpoint,
        deployment.Type,
        deployment.Model is null ? null : $"{deployment.Model}:{deployment.ModelVersion}",
        JsonSerializer.SerializeToElement(deployment.Definition["settings"], ServingJson.Default.JsonNode),
        JsonSerializer.SerializeToElement(deployment.Definition, ServingJson.Default.JsonNode),
        deployment.CreatedAt);
}
