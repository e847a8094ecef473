using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Kernel;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Evaluation;

/// <summary>Questions with the answers that are expected, which generative models are evaluated on.</summary>
internal sealed record EvaluationDataset
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>Which fields the records have, as JSON; null while there are none.</summary>
    public string? Schema { get; init; }

    public string? Profile { get; init; }

    public required long CreatedAt { get; init; }

    public required long UpdatedAt { get; init; }

    public string? CreatedBy { get; init; }

    public string? UpdatedBy { get; init; }

    public IReadOnlyList<KeyValue> Tags { get; init; } = [];

    public IReadOnlyList<long> ExperimentIds { get; init; } = [];

    public static SlipwayException Unknown(string id) =>
        new(ErrorCode.NotFound, $"Evaluation dataset with id '{id}' not found.");

    /// <summary>Tags are a JSON object in a text; of a null nothing is kept.</summary>
    public static List<KeyValue> ReadTags(string field, string? text)
    {
        if (string.IsNullOrEmpty(text))
            return [];
        var tags = new List<KeyValue>();
        foreach (var (key, value) in Parse(field, text) as JsonObject ?? throw NoObject(field))
        {
            if (value is not null)
                tags.Add(new KeyValue(key, value is JsonValue && value.GetValueKind() == JsonValueKind.String ? (string)value! : value.ToJsonString()));
        }

        return RunTags.Checked(tags);
    }

    public static JsonNode? Parse(string field, string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException exception)
        {
            throw SlipwayException.Invalid($"'{field}' must be JSON in a text: {exception.Message}");
        }
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("dataset");
        WriteFields(json);
        json.WriteEndObject();
    }

    public void WriteFields(Utf8JsonWriter json)
    {
        json.WriteString("dataset_id", Id);
        json.WriteString("name", Name);
        json.WriteString("tags", new JsonObject(Tags.Select(tag => KeyValuePair.Create(tag.Key, (JsonNode?)tag.Value))).ToJsonString());
        WriteText(json, "schema", Schema);
        WriteText(json, "profile", Profile);
        json.WriteString("digest", Digest());
        json.WriteNumber("created_time", CreatedAt);
        json.WriteNumber("last_update_time", UpdatedAt);
        WriteText(json, "created_by", CreatedBy);
        WriteText(json, "last_updated_by", UpdatedBy);
        if (ExperimentIds.Count == 0)
            return;
        json.WriteStartArray("experiment_ids");
        foreach (var id in ExperimentIds)
            json.WriteStringValue(ExperimentLinks.Text(id));
        json.WriteEndArray();
    }

    // MLflow's: of the name and the time of the last change.
    private string Digest() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{Name}:{UpdatedAt}")))[..8];

    private static SlipwayException NoObject(string field) => SlipwayException.Invalid($"'{field}' must be a JSON object in a text.");

    private static void WriteText(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
            json.WriteString(name, value);
    }
}
