using System.Text.Json.Serialization;
using Slipway.Kernel;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Api;

/// <summary>A run as /api/v1 shows it.</summary>
internal sealed record RunView
{
    [JsonPropertyName("id")]
    public required string Id { get; init; }

    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("experimentId")]
    public required string ExperimentId { get; init; }

    [JsonPropertyName("status")]
    public required string Status { get; init; }

    [JsonPropertyName("user")]
    public required string User { get; init; }

    [JsonPropertyName("startedAt")]
    public required DateTimeOffset StartedAt { get; init; }

    [JsonPropertyName("endedAt")]
    public DateTimeOffset? EndedAt { get; init; }

    [JsonPropertyName("deleted")]
    public required bool Deleted { get; init; }

    [JsonPropertyName("artifactUri")]
    public required string ArtifactUri { get; init; }

    /// <summary>The latest value of each; NaN is the text "NaN".</summary>
    [JsonPropertyName("metrics")]
    [JsonNumberHandling(JsonNumberHandling.AllowNamedFloatingPointLiterals)]
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    [JsonPropertyName("params")]
    public required IReadOnlyDictionary<string, string> Params { get; init; }

    [JsonPropertyName("tags")]
    public required IReadOnlyDictionary<string, string> Tags { get; init; }

    [JsonPropertyName("inputs")]
    public required IReadOnlyList<DatasetView> Inputs { get; init; }

    /// <summary>The ids of the logged models that it made.</summary>
    [JsonPropertyName("models")]
    public required IReadOnlyList<string> LoggedModels { get; init; }

    public static RunView Of(RunRecord run) => new()
    {
        Id = run.Row.Id,
        Name = run.Row.Name,
        ExperimentId = Experiment.Text(run.Row.ExperimentId),
        Status = run.Row.Status,
        User = run.Row.UserId,
        StartedAt = run.Row.StartedAt.ToTime(),
        EndedAt = run.Row.EndedAt?.ToTime(),
        Deleted = run.Row.Deleted,
        ArtifactUri = run.Row.ArtifactUri,
        Metrics = run.Metrics.ToDictionary(metric => metric.Key, metric => metric.Value),
        Params = run.Params.ToDictionary(param => param.Key, param => param.Value),
        Tags = run.Tags.ToDictionary(tag => tag.Key, tag => tag.Value),
        Inputs =
        [
            .. run.Datasets.Select(input => new DatasetView(
                input.Dataset.Name,
                input.Dataset.Digest,
                input.Dataset.SourceType,
                input.Tags.FirstOrDefault(tag => tag.Key == "mlflow.data.context").Value)),
        ],
        LoggedModels = [.. run.ModelOutputs.Select(model => model.ModelId)],
    };
}

/// <summary>A data set that a run read.</summary>
/// <param name="Context">"training", "eval" …; null when the run did not say.</param>
internal sealed record DatasetView(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("digest")] string Digest,
    [property: JsonPropertyName("sourceType")] string SourceType,
    [property: JsonPropertyName("context")] string? Context);
