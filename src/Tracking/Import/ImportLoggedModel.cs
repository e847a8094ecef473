using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.LoggedModels;
using Slipway.Tracking.Metrics;

namespace Slipway.Tracking.Import;

/// <summary>
/// POST /api/v1/import/logged-models: a logged model of another tracking server with its id, times and metrics. One that is
/// here gets what it has not.
/// </summary>
internal sealed partial class ImportLoggedModel(
    LoggedModelImports store, ImportState state, ExperimentStore experiments, MetricKeys keys, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/import/logged-models", HandleAsync).WithName("ImportLoggedModel").WithTags("import");

    private static async Task<Ok<Response>> HandleAsync(
        Caller caller, Request request, ImportLoggedModel operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, request, ct));

    public async Task<Response> RunAsync(Caller caller, Request request, CancellationToken ct)
    {
        if (!ModelId().IsMatch(request.Id))
            throw SlipwayException.Invalid($"'{request.Id[..Math.Min(request.Id.Length, 100)]}' is not the id of a logged model: m- and up to 64 letters and digits.");
        await access.DemandAsync(caller, Permission.Administer, $"logged-model:{request.Id}", ct);
        var experiment = await experiments.GetAsync(caller.Workspace, MlflowNames.ExperimentId(request.ExperimentId), ct);
        var row = new LoggedModelRow
        {
            Id = request.Id,
            ExperimentId = experiment.Id,
            Name = ImportedText.Checked("name", request.Name, 500),
            ArtifactUri = ImportedPlace.Of(request.ArtifactUri, $"mlflow-artifacts:/{experiment.Id}/models/{request.Id}/artifacts"),
            Status = LoggedModel.Statuses.Values.Contains(request.Status)
                ? request.Status
                : throw SlipwayException.Invalid($"'status' is {request.Status}; it must be 1 (pending), 2 (ready) or 3 (upload failed)."),
            StatusMessage = ImportedText.Optional("statusMessage", request.StatusMessage, 1000),
            ModelType = ImportedText.Optional("modelType", request.ModelType, 500),
            SourceRunId = ImportedText.Optional("sourceRunId", request.SourceRunId, 256),
            CreatedAt = ImportedText.Time("createdAt", request.CreatedAt),
            UpdatedAt = ImportedText.Time("updatedAt", request.UpdatedAt),
            Deleted = request.Deleted,
        };
        var parameters = ImportedText.Params("params", request.Params);
        var tags = ImportedText.Tags("tags", request.Tags);
        var points = await PointsAsync(request, ct);
        var added = await store.AddAsync(caller.Workspace, row, parameters, tags, points, ct);
        return new Response(added, await state.ModelAsync(caller, request.Id, ct));
    }

    private async Task<IReadOnlyList<(string RunId, NewModelPoint Point)>> PointsAsync(Request request, CancellationToken ct)
    {
        var points = request.Metrics ?? [];
        for (var i = 0; i < points.Count; i++)
        {
            MlflowNames.DemandKey("metric", $"metrics[{i}].key", points[i].Key);
            MlflowNames.DemandRunId(points[i].RunId);
        }

        var numbers = await keys.GetAsync(points.Select(point => point.Key).ToHashSet(StringComparer.Ordinal), ct);
        return
        [
            .. points.Select((point, i) => (point.RunId, new NewModelPoint(
                request.Id,
                StoredPoint.Of(numbers[point.Key], point.Value, ImportedText.Time($"metrics[{i}].time", point.Time), point.Step),
                ImportedText.Checked($"metrics[{i}].datasetName", point.DatasetName, LongestName),
                ImportedText.Checked($"metrics[{i}].datasetDigest", point.DatasetDigest, LongestName)))),
        ];
    }

    private const int LongestName = 500;

    [GeneratedRegex(@"\Am-[A-Za-z0-9]{1,64}\z")]
    private static partial Regex ModelId();

    /// <param name="Status">MLflow's number: 1 pending, 2 ready, 3 upload failed.</param>
    /// <param name="ArtifactUri">Only of a store elsewhere (s3://…); left out: this server's store.</param>
    internal sealed record Request(
        [property: JsonPropertyName("id")] string Id,
        [property: JsonPropertyName("experimentId")] string ExperimentId,
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("status")] int Status,
        [property: JsonPropertyName("createdAt")] long CreatedAt,
        [property: JsonPropertyName("updatedAt")] long UpdatedAt,
        [property: JsonPropertyName("deleted")] bool Deleted = false,
        [property: JsonPropertyName("statusMessage")] string? StatusMessage = null,
        [property: JsonPropertyName("modelType")] string? ModelType = null,
        [property: JsonPropertyName("sourceRunId")] string? SourceRunId = null,
        [property: JsonPropertyName("artifactUri")] string? ArtifactUri = null,
        [property: JsonPropertyName("params")] IReadOnlyDictionary<string, string>? Params = null,
        [property: JsonPropertyName("tags")] IReadOnlyDictionary<string, string>? Tags = null,
        [property: JsonPropertyName("metrics")] IReadOnlyList<Point>? Metrics = null);

    internal sealed record Point(
        [property: JsonPropertyName("key")] string Key,
        [property: JsonPropertyName("value"), JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)] double Value,
        [property: JsonPropertyName("time")] long Time,
        [property: JsonPropertyName("step")] long Step,
        [property: JsonPropertyName("runId")] string RunId,
        [property: JsonPropertyName("datasetName")] string? DatasetName = null,
        [property: JsonPropertyName("datasetDigest")] string? DatasetDigest = null);

    internal sealed record Response(
        [property: JsonPropertyName("added")] bool Added, [property: JsonPropertyName("state")] ImportState.Response State);
}
