using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Inputs;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Import;

/// <summary>
/// POST /api/v1/import/runs: a run of another tracking server with its id and times, all but its points. A run of this id
/// gets what it has not; what differs stays as it is here, and is told.
/// </summary>
internal sealed class ImportRun(ImportStore store, ImportState state, ExperimentStore experiments, IAccess access)
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/import/runs", HandleAsync).WithName("ImportRun").WithTags("import");

    private static async Task<Ok<Response>> HandleAsync(Caller caller, Request request, ImportRun operation, CancellationToken ct) =>
        TypedResults.Ok(await operation.RunAsync(caller, request, ct));

    public async Task<Response> RunAsync(Caller caller, Request request, CancellationToken ct)
    {
        MlflowNames.DemandRunId(request.Id);
        await access.DemandAsync(caller, Permission.Administer, $"run:{request.Id}", ct);
        var experiment = await experiments.GetAsync(caller.Workspace, MlflowNames.ExperimentId(request.ExperimentId), ct);
        var run = Read(request, experiment);
        var (added, kept) = await store.RunAsync(caller.Workspace, run, ct);
        return new Response(added, kept, await state.RunAsync(caller, request.Id, ct));
    }

    private static ImportedRun Read(Request request, Experiment experiment)
    {
        var tags = ImportedText.Tags("tags", request.Tags);
        var name = ImportedText.Checked("name", request.Name ?? request.Tags?.GetValueOrDefault(RunStore.NameTag), 250);
        if (tags.All(tag => tag.Key != RunStore.NameTag) && name.Length > 0)
            tags.Add(new KeyValue(RunStore.NameTag, name));
        return new ImportedRun
        {
            Row = new RunRow
            {
                No = 0,
                Id = request.Id,
                ExperimentId = experiment.Id,
                Name = name,
                UserId = ImportedText.Checked("userId", request.UserId, 256),
                Status = RunStates.Numbers.ContainsKey(request.Status)
                    ? request.Status
                    : throw SlipwayException.Invalid(
                        $"'status' is '{request.Status}'; it must be one of {string.Join(", ", RunStates.Numbers.Keys.Order(StringComparer.Ordinal))}."),
                StartedAt = ImportedText.Time("startedAt", request.StartedAt),
                EndedAt = request.EndedAt,
                ArtifactUri = ImportedPlace.Of(request.ArtifactUri, $"mlflow-artifacts:/{experiment.Id}/{request.Id}/artifacts"),
                Deleted = request.DeletedAt is not null,
            },
            DeletedAt = request.DeletedAt,
            Params = ImportedText.Params("params", request.Params),
            Tags = tags,
            Inputs = [.. (request.Inputs ?? []).Select((input, i) => input.ToInput($"inputs[{i}]"))],
            ModelInputs = request.ModelInputs ?? [],
            ModelOutputs = [.. (request.ModelOutputs ?? []).Select(output => new ModelOutput { ModelId = output.ModelId, Step = output.Step })],
        };
    }

    /// <param name="ArtifactUri">Only of a store elsewhere (s3://…); left out: this server's store.</param>
    internal sealed record Request(
        [property: JsonPropertyName("id")] string Id,
        [property: JsonPropertyName("experimentId")] string ExperimentId,
        [property: JsonPropertyName("status")] string Status,
        [property: JsonPropertyName("startedAt")] long StartedAt,
        [property: JsonPropertyName("endedAt")] long? EndedAt = null,
        [property: JsonPropertyName("deletedAt")] long? DeletedAt = null,
        [property: JsonPropertyName("name")] string? Name = null,
        [property: JsonPropertyName("userId")] string? UserId = null,
        [property: JsonPropertyName("artifactUri")] string? ArtifactUri = null,
        [property: JsonPropertyName("params")] IReadOnlyDictionary<string, string>? Params = null,
        [property: JsonPropertyName("tags")] IReadOnlyDictionary<string, string>? Tags = null,
        [property: JsonPropertyName("inputs")] IReadOnlyList<Input>? Inputs = null,
        [property: JsonPropertyName("modelInputs")] IReadOnlyList<string>? ModelInputs = null,
        [property: JsonPropertyName("modelOutputs")] IReadOnlyList<Output>? ModelOutputs = null);

    internal sealed record Input(
        [property: JsonPropertyName("name")] string Name,
        [property: JsonPropertyName("digest")] string Digest,
        [property: JsonPropertyName("sourceType")] string SourceType,
        [property: JsonPropertyName("source")] string Source,
        [property: JsonPropertyName("schema")] string? Schema = null,
        [property: JsonPropertyName("profile")] string? Profile = null,
        [property: JsonPropertyName("tags")] IReadOnlyDictionary<string, string>? Tags = null)
    {
        public DatasetInput ToInput(string field) => new(
            new Dataset
            {
                Name = ImportedText.Checked($"{field}.name", Name, LogInputs.LongestName),
                Digest = ImportedText.Checked($"{field}.digest", Digest, LogInputs.LongestDigest),
                SourceType = ImportedText.Checked($"{field}.sourceType", SourceType, LogInputs.LongestDigest),
                Source = ImportedText.Checked($"{field}.source", Source, LogInputs.LongestSource),
                Schema = ImportedText.Optional($"{field}.schema", Schema, LogInputs.LongestSchema),
                Profile = ImportedText.Optional($"{field}.profile", Profile, LogInputs.LongestProfile),
            },
            ImportedText.Tags($"{field}.tags", Tags));
    }

    internal sealed record Output([property: JsonPropertyName("modelId")] string ModelId, [property: JsonPropertyName("step")] long Step = 0);

    /// <param name="Kept">What differs here from the source, one sentence each.</param>
    internal sealed record Response(
        [property: JsonPropertyName("added")] bool Added,
        [property: JsonPropertyName("kept")] IReadOnlyList<string> Kept,
        [property: JsonPropertyName("state")] ImportState.Response State);
}

/// <summary>A run to be imported, checked.</summary>
internal sealed record ImportedRun
{
    public required RunRow Row { get; init; }

    public long? DeletedAt { get; init; }

    public required IReadOnlyList<KeyValue> Params { get; init; }

    public required IReadOnlyList<KeyValue> Tags { get; init; }

    public required IReadOnlyList<DatasetInput> Inputs { get; init; }

    public required IReadOnlyList<string> ModelInputs { get; init; }

    public required IReadOnlyList<ModelOutput> ModelOutputs { get; init; }
}
