using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.LoggedModels;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Import;

/// <summary>
/// GET /api/v1/import/runs/{id} and /import/logged-models/{id}: how much of one is here, so that an import that was broken off
/// sends only the rest.
/// </summary>
internal sealed class ImportState(
    Database database, RunStore runs, LoggedModelStore models, ArtifactStore artifacts, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/import/runs/{id}", HandleRunAsync).WithName("ShowImportedRun").WithTags("import");
        routes.MapGet("/import/logged-models/{id}", HandleModelAsync).WithName("ShowImportedLoggedModel").WithTags("import");
    }

    private static async Task<Ok<Response>> HandleRunAsync(string id, Caller caller, ImportState operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, id, ct));

    private static async Task<Ok<Response>> HandleModelAsync(string id, Caller caller, ImportState operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.ModelAsync(caller, id, ct));

    public async Task<Response> RunAsync(Caller caller, string id, CancellationToken ct)
    {
        MlflowNames.DemandRunId(id);
        await access.DemandAsync(caller, Permission.Read, $"run:{id}", ct);
        var run = await runs.GetAsync(caller.Workspace, id, ct);
        var counts = await database.QueryAsync<KeyCount>(
            """
            select k.key as key, c.points as points
            from (select key_no, count(*) as points from metrics where run_no = @No group by key_no) c
            join metric_keys k on k.no = c.key_no
            """,
            new { run.No },
            ct);
        return new Response(
            Text(run.ExperimentId), run.ArtifactUri, counts.ToDictionary(row => row.Key, row => row.Points),
            await FilesAsync(caller, run.ArtifactUri, ct));
    }

    public async Task<Response> ModelAsync(Caller caller, string id, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"logged-model:{id}", ct);
        var model = await models.FindAsync(caller.Workspace, id, deletedToo: true, ct) ?? throw LoggedModelStore.Unknown(id);
        return new Response(
            Text(model.Row.ExperimentId), model.Row.ArtifactUri, new Dictionary<string, long>(), await FilesAsync(caller, model.Row.ArtifactUri, ct));
    }

    private static string Text(long id) => Experiments.Experiment.Text(id);

    private async Task<IReadOnlyDictionary<string, long>?> FilesAsync(Caller caller, string uri, CancellationToken ct) =>
        ArtifactPath.OfUri(uri) is { } root
            ? (await artifacts.FilesBelowAsync(caller.Workspace, root, ct)).ToDictionary(file => file.Path, file => file.Size)
            : null;

    /// <param name="Points">How many of each metric.</param>
    /// <param name="Files">The sizes of the artifacts; null when they are in a store elsewhere.</param>
    internal sealed record Response(
        [property: JsonPropertyName("experimentId")] string ExperimentId,
        [property: JsonPropertyName("artifactUri")] string ArtifactUri,
        [property: JsonPropertyName("points")] IReadOnlyDictionary<string, long> Points,
        [property: JsonPropertyName("files")] IReadOnlyDictionary<string, long>? Files);

    private sealed record KeyCount
    {
        public required string Key { get; init; }

        public required long Points { get; init; }
    }
}
