using System.Text.Json.Serialization;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Api;

/// <summary>GET /api/v1/experiments: those that are not deleted, by name.</summary>
internal sealed class ListExperiments(ExperimentStore experiments, IAccess access)
{
    private const int Most = 10_000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/experiments", HandleAsync).WithName("ListExperiments").WithTags("tracking");

    private static async Task<Ok<Response>> HandleAsync(Caller caller, ListExperiments operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, ct));

    public async Task<Response> RunAsync(Caller caller, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "experiment:*", ct);
        await experiments.EnsureDefaultAsync(caller.Workspace, ct);
        var rows = await experiments.QueryAsync(
            "and e.deleted = false",
            "order by e.name",
            new DynamicParameters(new { Workspace = caller.Workspace.Value, Limit = Most, Offset = 0 }),
            ct);
        return new Response([.. rows.Select(row => new Item(
            Experiment.Text(row.Id), row.Name, row.ArtifactLocation, row.CreatedAt.ToTime(), row.UpdatedAt.ToTime(),
            row.Tags.ToDictionary(tag => tag.Key, tag => tag.Value)))]);
    }

    internal sealed record Response([property: JsonPropertyName("experiments")] IReadOnlyList<Item> Experiments);

    internal sealed record Item(
        [property: JsonPropertyName("id")] string Id,
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("artifactLocation")] string ArtifactLocation,
        [property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt,
        [property: JsonPropertyName("updatedAt")] DateTimeOffset UpdatedAt,
        [property: JsonPropertyName("tags")] IReadOnlyDictionary<string, string> Tags);
}
