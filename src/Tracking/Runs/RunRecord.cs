using System.Collections.Frozen;
using System.Text.Json;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Inputs;

namespace Slipway.Tracking.Runs;

/// <summary>A run's own row.</summary>
internal sealed record RunRow
{
    /// <summary>What the other tables name it by.</summary>
    public required long No { get; init; }

    public required string Id { get; init; }

    public required long ExperimentId { get; init; }

    public required string Name { get; init; }

    public required string UserId { get; init; }

    public required string Status { get; init; }

    public required long StartedAt { get; init; }

    public long? EndedAt { get; init; }

    public required string ArtifactUri { get; init; }

    public required bool Deleted { get; init; }

    public void DemandActive()
    {
        if (Deleted)
        {
            throw SlipwayException.Invalid(
                $"The run {Id} must be in the 'active' state. Current state is deleted; restore it first.");
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("run_id", Id);
        json.WriteString("run_uuid", Id);
        json.WriteString("run_name", Name);
        json.WriteString("experiment_id", Experiment.Text(ExperimentId));
        json.WriteString("user_id", UserId);
        json.WriteString("status", Status);
        json.WriteNumber("start_time", StartedAt);
        if (EndedAt is { } end)
            json.WriteNumber("end_time", end);
        json.WriteString("artifact_uri", ArtifactUri);
        json.WriteString("lifecycle_stage", Deleted ? "deleted" : "active");
    }
}

/// <summary>The newest point of a metric.</summary>
internal readonly record struct LatestMetric(string Key, double Value, long Step, long Time);

/// <summary>A run with all that is known of it but the series of its metrics.</summary>
internal sealed record RunRecord
{
    public required RunRow Row { get; init; }

    public IReadOnlyList<LatestMetric> Metrics { get; init; } = [];

    public IReadOnlyList<KeyValue> Params { get; init; } = [];

    public IReadOnlyList<KeyValue> Tags { get; init; } = [];

    public IReadOnlyList<DatasetInput> Datasets { get; init; } = [];

    public IReadOnlyList<string> ModelInputs { get; init; } = [];

    public IReadOnlyList<ModelOutput> ModelOutputs { get; init; } = [];

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("info");
        Row.Write(json);
        json.WriteEndObject();
        json.WriteStartObject("data");
        WriteMetrics(json);
        Experiment.WriteTags(json, Params, "params");
        Experiment.WriteTags(json, Tags);
        json.WriteEndObject();
        RunInputs.Write(json, this);
        json.WriteEndObject();
    }

    public Run ToRun() => new()
    {
        Id = Row.Id,
        ExperimentId = Experiment.Text(Row.ExperimentId),
        Name = Row.Name,
        Status = RunStates.Parse(Row.Status),
        StartedAt = Row.StartedAt.ToTime(),
        EndedAt = Row.EndedAt?.ToTime(),
        Metrics = Metrics.ToDictionary(metric => metric.Key, metric => metric.Value),
        Params = Params.ToDictionary(param => param.Key, param => param.Value),
        Tags = Tags.ToDictionary(tag => tag.Key, tag => tag.Value),
    };

    private void WriteMetrics(Utf8JsonWriter json)
    {
        if (Metrics.Count == 0)
            return;
        json.WriteStartArray("metrics");
        foreach (var metric in Metrics)
        {
            json.WriteStartObject();
            json.WriteString("key", metric.Key);
            json.WriteMlflowDouble("value", metric.Value);
            json.WriteNumber("timestamp", metric.Time);
            json.WriteNumber("step", metric.Step);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}

/// <summary>MLflow's names and numbers of a run's states; the names are kept in the database.</summary>
internal static class RunStates
{
    public static readonly FrozenDictionary<string, int> Numbers = new Dictionary<string, int>
    {
        ["RUNNING"] = 1,
        ["SCHEDULED"] = 2,
        ["FINISHED"] = 3,
        ["FAILED"] = 4,
        ["KILLED"] = 5,
    }.ToFrozenDictionary();

    public static string? Of(MlflowFields fields) => fields.Enum("status", Numbers) is { } number ? Name((RunStatus)(number - 1)) : null;

    public static RunStatus Parse(string name) => (RunStatus)(Numbers[name] - 1);

    public static string Name(RunStatus status) => status.ToString().ToUpperInvariant();
}
