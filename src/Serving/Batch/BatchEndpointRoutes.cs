using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Serving.Online;

namespace Slipway.Serving.Batch;

/// <summary>/api/v1/batch-endpoints: create or change, show, list, delete.</summary>
internal static class BatchEndpointRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/batch-endpoints").WithTags("batch-endpoints");
        group.MapGet("", ListAsync).WithName("ListBatchEndpoints");
        group.MapPut("/{endpoint}", SaveAsync).WithName("SaveBatchEndpoint");
        group.MapGet("/{endpoint}", ShowAsync).WithName("ShowBatchEndpoint");
        group.MapDelete("/{endpoint}", DeleteAsync).WithName("DeleteBatchEndpoint");
    }

    private static async Task<Ok<Listing>> ListAsync(Caller caller, BatchStore store, IAccess access, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "the batch endpoints", ct);
        return TypedResults.Ok(new Listing([.. (await store.ListAsync(caller.Workspace, ct)).Select(BatchEndpointWire.Of)]));
    }

    private static async Task<Ok<BatchEndpointWire>> ShowAsync(string endpoint, Caller caller, BatchStore store, IAccess access, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"batch-endpoint:{endpoint}", ct);
        return TypedResults.Ok(BatchEndpointWire.Of(await store.GetAsync(caller.Workspace, endpoint, ct)));
    }

    private static async Task<Ok<BatchEndpointWire>> SaveAsync(
        string endpoint, Request request, Caller caller, BatchStore store, IAccess access, IAuditLog audit, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"batch-endpoint:{endpoint}", ct);
        ServingName.Check("a batch endpoint's name", endpoint);
        var existing = await store.FindAsync(caller.Workspace, endpoint, ct);
        var wanted = new BatchEndpoint
        {
            Name = endpoint,
            DefaultDeployment = request.DefaultDeployment ?? existing?.DefaultDeployment,
            Description = request.Description ?? existing?.Description,
            Tags = request.Tags ?? existing?.Tags ?? new Dictionary<string, string>(),
            CreatedAt = default,
            Deployments = existing?.Deployments ?? [],
        };
        if (request.DefaultDeployment is { } asked)
            wanted.Choose(asked);
        await store.PutEndpointAsync(caller, wanted, ct);
        await audit.AppendAsync(caller, existing is null ? "batch_endpoint.create" : "batch_endpoint.update", wanted.Node, detail: null, ct);
        return TypedResults.Ok(BatchEndpointWire.Of(await store.GetAsync(caller.Workspace, endpoint, ct)));
    }

    private static async Task<NoContent> DeleteAsync(
        string endpoint, Caller caller, BatchStore store, IAccess access, IAuditLog audit, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"batch-endpoint:{endpoint}", ct);
        var found = await store.GetAsync(caller.Workspace, endpoint, ct);
        await store.DeleteEndpointAsync(caller.Workspace, endpoint, ct);
        await audit.AppendAsync(caller, "batch_endpoint.delete", found.Node, detail: null, ct);
        return TypedResults.NoContent();
    }

    /// <summary>What is left out stays as it is.</summary>
    /// <param name="DefaultDeployment">Who is asked when an invocation names none.</param>
    public sealed record Request(string? DefaultDeployment, string? Description, Dictionary<string, string>? Tags);

    public sealed record Listing(IReadOnlyList<BatchEndpointWire> Endpoints);
}

/// <summary>A batch endpoint on the wire.</summary>
internal sealed record BatchEndpointWire(
    string Name, BatchEndpointWire.DefaultsWire Defaults, string? Description, IReadOnlyDictionary<string, string> Tags, string AuthMode, string ScoringUri,
    DateTimeOffset CreatedAt, IReadOnlyList<BatchDeploymentWire> Deployments)
{
    // The address is relative to the server, whose own may be another one for each client.
    public static BatchEndpointWire Of(BatchEndpoint endpoint) => new(
        endpoint.Name,
        new DefaultsWire(endpoint.DefaultDeployment),
        endpoint.Description,
        endpoint.Tags,
        "aad_token",
        $"/batch-endpoints/{endpoint.Name}/jobs",
        endpoint.CreatedAt,
        [.. endpoint.Deployments.Select(BatchDeploymentWire.Of)]);

    internal sealed record DefaultsWire(string? DeploymentName);
}
