using System.Collections.Frozen;
using System.Text.Json;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.LoggedModels;

/// <summary>A logged model's own row.</summary>
internal sealed record LoggedModelRow
{
    public required string Id { get; init; }

    public required long ExperimentId { get; init; }

    public required string Name { get; init; }

    public required string ArtifactUri { get; init; }

    /// <summary>MLflow's number.</summary>
    public required int Status { get; init; }

    public string? StatusMessage { get; init; }

    public string? ModelType { get; init; }

    public string? SourceRunId { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }

    public required bool Deleted { get; init; }
}

/// <summary>A point of a metric that was measured on a logged model.</summary>
internal sealed record ModelPoint
{
    public required string Key { get; init; }

    public required double Value { get; init; }

    public required long Time { get; init; }

    public required long Step { get; init; }

    public required string RunId { get; init; }

    /// <summary>"": not said.</summary>
    public string DatasetName { get; init; } = "";

    public string DatasetDigest { get; init; } = "";
}

/// <summary>A model that a run made, with its params, tags and metrics; not (yet) a registered one.</summary>
internal sealed record LoggedModel
{
    public const int Pending = 1;

    public static readonly FrozenDictionary<string, int> Statuses = new Dictionary<string, int>
    {
        ["LOGGED_MODEL_PENDING"] = Pending,
        ["LOGGED_MODEL_READY"] = 2,
        ["LOGGED_MODEL_UPLOAD_FAILED"] = 3,
    }.ToFrozenDictionary();

    public required LoggedModelRow Row { get; init; }

    public IReadOnlyList<KeyValue> Params { get; init; } = [];

    public IReadOnlyList<KeyValue> Tags { get; init; } = [];

    public IReadOnlyList<ModelPoint> Metrics { get; init; } = [];

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("info");
        json.WriteString("model_id", Row.Id);
        json.WriteString("experiment_id", Experiment.Text(Row.ExperimentId));
        json.WriteString("name", Row.Name);
        json.WriteNumber("creation_timestamp_ms", Row.CreatedAt);
        json.WriteNumber("last_updated_timestamp_ms", Row.UpdatedAt);
        json.WriteString("artifact_uri", Row.ArtifactUri);
        json.WriteString("status", Statuses.First(status => status.Value == Row.Status).Key);
        WriteOptional(json, "model_type", Row.ModelType);
        WriteOptional(json, "source_run_id", Row.SourceRunId);
        WriteOptional(json, "status_message", Row.StatusMessage);
        Experiment.WriteTags(json, Tags);
        json.WriteEndObject();
        json.WriteStartObject("data");
        Experiment.WriteTags(json, Params, "params");
        WriteMetrics(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteMetrics(Utf8JsonWriter json)
    {
        if (Metrics.Count == 0)
            return;
        json.WriteStartArray("metrics");
        foreach (var point in Metrics)
        {
            json.WriteStartObject();
            json.WriteString("key", point.Key);
            json.WriteMlflowDouble("value", point.Value);
            json.WriteNumber("timestamp", point.Time);
            json.WriteNumber("step", point.Step);
            if (point.DatasetName.Length > 0)
                json.WriteString("dataset_name", point.DatasetName);
            if (point.DatasetDigest.Length > 0)
                json.WriteString("dataset_digest", point.DatasetDigest);
            json.WriteString("model_id", Row.Id);
            json.WriteString("run_id", point.RunId);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteOptional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }
}
