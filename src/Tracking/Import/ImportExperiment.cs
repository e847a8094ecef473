using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Import;

/// <summary>
/// POST /api/v1/import/experiments: an experiment of another tracking server with its times, and its number when that is
/// free. One of this name is taken for the same and gets the tags that it has not.
/// </summary>
internal sealed class ImportExperiment(ImportStore store, ExperimentStore experiments, IAccess access, IAuditLog audit)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/import/experiments", HandleAsync).WithName("ImportExperiment").WithTags("import");

    private static async Task<Ok<Response>> HandleAsync(
        Caller caller, Request request, ImportExperiment operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, request, ct));

    public async Task<Response> RunAsync(Caller caller, Request request, CancellationToken ct)
    {
        CreateExperiment.DemandName("name", request.Name);
        var experiment = new Experiment
        {
            Id = request.Id is null ? 0 : MlflowNames.ExperimentId(request.Id),
            Workspace = caller.Workspace.Value,
            Name = ImportedText.Checked("name", request.Name, int.MaxValue),
            ArtifactLocation = ImportedPlace.Of(request.ArtifactLocation, ""),
            Deleted = request.Deleted,
            CreatedAt = ImportedText.Time("createdAt", request.CreatedAt),
            UpdatedAt = ImportedText.Time("updatedAt", request.UpdatedAt),
            Tags = ImportedText.Tags("tags", request.Tags),
        };
        if (experiment.Name.Length == 0)
            throw SlipwayException.Invalid("'name' is missing; an experiment has one.");
        if (experiment.Id < 0)
            throw SlipwayException.Invalid($"The 'id' {request.Id} is not one that an experiment can have: it is a number from 0 on.");
        await access.DemandAsync(caller, Permission.Administer, $"experiment:{request.Name}", ct);
        await experiments.EnsureDefaultAsync(caller.Workspace, ct);
        var (id, added) = await store.ExperimentAsync(caller.Workspace, experiment, ct);
        await audit.AppendAsync(caller, "experiment.import", $"experiment:{id}", detail: null, ct);
        return new Response(Experiment.Text(id), added);
    }

    /// <param name="Id">The number that it had; kept when it is free.</param>
    /// <param name="ArtifactLocation">Only of a store elsewhere (s3://…); left out: this server's store.</param>
    internal sealed record Request(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("createdAt")] long CreatedAt,
        [property: JsonPropertyName("updatedAt")] long UpdatedAt,
        [property: JsonPropertyName("id")] string? Id = null,
        [property: JsonPropertyName("artifactLocation")] string? ArtifactLocation = null,
        [property: JsonPropertyName("deleted")] bool Deleted = false,
        [property: JsonPropertyName("tags")] IReadOnlyDictionary<string, string>? Tags = null);

    internal sealed record Response([property: JsonPropertyName("id")] string Id, [property: JsonPropertyName("added")] bool Added);
}
