using System.Text.Json.Serialization;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Moves;

namespace Slipway.Tracking.Api;

/// <summary>
/// GET /api/v1/experiments: those that are not deleted, by name; <c>?folder=team</c>: only those right in this folder, and
/// the folders in it ("" is the top).
/// </summary>
internal sealed class ListExperiments(ExperimentStore experiments, IAccess access)
{
    private const int Most = 10_000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/experiments", HandleAsync).WithName("ListExperiments").WithTags("tracking");

    /// <param name="folder">Left out: all experiments, and no folders.</param>
    private static async Task<Ok<Response>> HandleAsync(
        Caller caller, ListExperiments operation, CancellationToken ct, string? folder = null) =>
        TypedResults.Ok(await operation.RunAsync(caller, folder is null ? null : ExperimentFolder.Parse(folder), ct));

    public async Task<Response> RunAsync(Caller caller, ExperimentFolder? folder, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, "experiment:*", ct);
        await experiments.EnsureDefaultAsync(caller.Workspace, ct);
        var rows = await experiments.QueryAsync(
            "and e.deleted = false",
            "order by e.name",
            new DynamicParameters(new { Workspace = caller.Workspace.Value, Limit = Most, Offset = 0 }),
            ct);
        if (folder is null)
            return new Response([.. rows.Select(Shown)], []);
        var below = rows.Select(row => (Row: row, Folder: folder.Within(row.Name) is { } within ? folder.FolderOf(within) ?? "" : null))
            .Where(row => row.Folder is not null).ToLookup(row => row.Folder!, row => row.Row);
        return new Response(
            [.. below[""].Select(Shown)],
            [.. below.Where(inner => inner.Key.Length > 0).OrderBy(inner => inner.Key, StringComparer.Ordinal)
                .Select(inner => new Folder(inner.Key, inner.Count()))]);
    }

    private static Item Shown(Experiment row) => new(
        Experiment.Text(row.Id), row.Name, row.ArtifactLocation, row.CreatedAt.ToTime(), row.UpdatedAt.ToTime(),
        row.Tags.ToDictionary(tag => tag.Key, tag => tag.Value));

    internal sealed record Response(
        [property: JsonPropertyName("experiments")] IReadOnlyList<Item> Experiments,
        [property: JsonPropertyName("folders")] IReadOnlyList<Folder> Folders);

    /// <param name="Name">From the top: "team/fraud".</param>
    /// <param name="Experiments">How many are in it and below.</param>
    internal sealed record Folder(
        [property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("experiments")] int Experiments);

    internal sealed record Item(
        [property: JsonPropertyName("id")] string Id,
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("artifactLocation")] string ArtifactLocation,
        [property: JsonPropertyName("createdAt")] DateTimeOffset CreatedAt,
        [property: JsonPropertyName("updatedAt")] DateTimeOffset UpdatedAt,
        [property: JsonPropertyName("tags")] IReadOnlyDictionary<string, string> Tags);
}
