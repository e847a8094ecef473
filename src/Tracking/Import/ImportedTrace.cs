using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.Traces;

namespace Slipway.Tracking.Import;

/// <summary>GET /api/v1/import/traces/{id}: how much of a trace is here, and what MLflow's interface does not tell of it: its links and attachments.</summary>
internal sealed class ImportedTrace(Database database, TraceStore traces, ArtifactStore artifacts, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/import/traces/{id}", HandleAsync).WithName("ShowImportedTrace").WithTags("import");

    private static async Task<Ok<Response>> HandleAsync(string id, Caller caller, ImportedTrace operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, id, ct));

    private async Task<Response> RunAsync(Caller caller, string id, CancellationToken ct)
    {
        StartTrace.DemandId(id);
        await access.DemandAsync(caller, Permission.Read, $"trace:{id}", ct);
        var trace = await traces.FindAsync(caller.Workspace, id, ct) ?? throw TraceStore.Unknown(id);
        var uri = trace.Tags.FirstOrDefault(tag => tag.Key == "mlflow.artifactLocation").Value ?? "";
        var runs = await database.QueryAsync<string>(
            "select run_id from trace_runs where workspace = @Workspace and trace_id = @Id order by run_id", new { Workspace = caller.Workspace.Value, Id = id }, ct);
        var prompts = await database.QueryAsync<string>(
            "select prompt from trace_prompts where trace_no = @No order by prompt", new { trace.Row.No }, ct);
        var files = ArtifactPath.OfUri(uri) is { } root
            ? (await artifacts.FilesBelowAsync(caller.Workspace, root, ct)).ToDictionary(file => file.Path, file => file.Size)
            : null;
        return new Response(Experiments.Experiment.Text(trace.Row.ExperimentId), trace.Row.Finalized, uri, files, runs, prompts);
    }

    /// <param name="Complete">Its record came, not only spans.</param>
    /// <param name="Files">The sizes of the artifacts; null when they are in a store elsewhere.</param>
    /// <param name="Runs">Those that it was linked to.</param>
    /// <param name="Prompts">As name/version.</param>
    internal sealed record Response(
        [property: JsonPropertyName("experimentId")] string ExperimentId,
        [property: JsonPropertyName("complete")] bool Complete,
        [property: JsonPropertyName("artifactUri")] string ArtifactUri,
        [property: JsonPropertyName("files")] IReadOnlyDictionary<string, long>? Files,
        [property: JsonPropertyName("runs")] IReadOnlyList<string> Runs,
        [property: JsonPropertyName("prompts")] IReadOnlyList<string> Prompts);
}
