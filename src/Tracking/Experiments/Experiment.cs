using System.Text.Json;
using Slipway.Kernel;

namespace Slipway.Tracking.Experiments;

/// <summary>A key and its value: a tag, a param.</summary>
internal readonly record struct KeyValue(string Key, string Value);

/// <summary>A group of runs with a name and a place for their artifacts.</summary>
internal sealed record Experiment
{
    public required long Id { get; init; }

    public required string Workspace { get; init; }

    public required string Name { get; init; }

    public required string ArtifactLocation { get; init; }

    public required bool Deleted { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }

    public IReadOnlyList<KeyValue> Tags { get; init; } = [];

    public void DemandActive()
    {
        if (Deleted)
        {
            throw SlipwayException.Invalid(
                $"The experiment {Id} must be in the 'active' state. Current state is deleted; restore it first.");
        }
    }

    /// <summary>A place below the experiment's; the query of an address (s3://bucket/x?region=y) stays behind it.</summary>
    public string PlaceOf(string path)
    {
        var query = ArtifactLocation.IndexOf('?', StringComparison.Ordinal);
        return query < 0
            ? $"{ArtifactLocation}/{path}"
            : $"{ArtifactLocation[..query].TrimEnd('/')}/{path}{ArtifactLocation[query..]}";
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("experiment_id", Text(Id));
        json.WriteString("name", Name);
        json.WriteString("artifact_location", ArtifactLocation);
        json.WriteString("lifecycle_stage", Deleted ? "deleted" : "active");
        json.WriteNumber("last_update_time", UpdatedAt);
        json.WriteNumber("creation_time", CreatedAt);
        WriteTags(json, Tags);
        json.WriteEndObject();
    }

    public static string Text(long id) => id.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>MLflow leaves out a list that is empty.</summary>
    public static void WriteTags(Utf8JsonWriter json, IReadOnlyList<KeyValue> pairs, string name = "tags")
    {
        if (pairs.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var (key, value) in pairs)
        {
            json.WriteStartObject();
            json.WriteString("key", key);
            json.WriteString("value", value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
