using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Tracking.Evaluation;

/// <summary>One record of an evaluation dataset, kept as the JSON that clients read.</summary>
internal static class EvaluationRecord
{
    private static readonly string[] s_parts = ["inputs", "outputs", "expectations"];

    /// <summary>Equal for equal inputs, in whatever order their keys stand.</summary>
    public static string InputHash(JsonObject record) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Sorted(record["inputs"])!.ToJsonString())));

    /// <summary>The record as it is kept when it is new.</summary>
    public static JsonObject New(JsonObject sent, string datasetId, string id, string? by, long now)
    {
        var record = new JsonObject
        {
            ["dataset_record_id"] = id,
            ["dataset_id"] = datasetId,
            ["inputs"] = sent["inputs"]!.DeepClone(),
            ["tags"] = new JsonObject(),
            ["created_time"] = now,
        };
        if (sent["source"] is JsonObject source)
        {
            record["source"] = source.DeepClone();
            record["source_type"] = source["source_type"]?.DeepClone();
            if (source["source_data"] is JsonObject about && (about["trace_id"] ?? about["source_id"]) is { } sourceId)
                record["source_id"] = sourceId.DeepClone();
        }

        if (by is not null)
            record["created_by"] = by;
        Merge(record, sent, by, now);
        return record;
    }

    /// <summary>New outputs take the place of the old ones; expectations and tags are added to.</summary>
    public static void Merge(JsonObject record, JsonObject sent, string? by, long now)
    {
        if (sent.TryGetPropertyValue("outputs", out var outputs))
        {
            record.Remove("outputs");
            if (outputs is not null)
                record["outputs"] = outputs.DeepClone();
        }

        foreach (var part in new[] { "expectations", "tags" })
        {
            if (sent[part] is not JsonObject added)
                continue;
            if (record[part] is not JsonObject)
                record[part] = new JsonObject();
            foreach (var (key, value) in added)
                record[part]![key] = value?.DeepClone();
        }

        record["last_update_time"] = now;
        if (by is not null)
            record["last_updated_by"] = by;
    }

    /// <summary>Adds the fields of a record that the schema does not have yet.</summary>
    public static void Describe(JsonObject schema, JsonObject sent)
    {
        foreach (var part in s_parts)
        {
            if (sent[part] is not JsonObject fields || schema[part] is not JsonObject known)
                continue;
            foreach (var (key, value) in fields)
                known.TryAdd(key, TypeOf(value));
        }
    }

    /// <summary>The records of a request.</summary>
    public static IReadOnlyList<JsonObject> Read(string text)
    {
        var records = EvaluationDataset.Parse("records", text) as JsonArray
            ?? throw SlipwayException.Invalid("'records' must be a JSON list in a text.");
        return [.. records.Select((record, index) => record is JsonObject { } one && one["inputs"] is JsonObject
            ? one
            : throw SlipwayException.Invalid($"'records[{index}]' must be an object with the object 'inputs'."))];
    }

    private static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        System.Text.Json.JsonValueKind.String => "string",
        System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False => "boolean",
        System.Text.Json.JsonValueKind.Number => value.ToJsonString().AsSpan().IndexOfAny(".eE") < 0 ? "integer" : "float",
        System.Text.Json.JsonValueKind.Array => "array",
        System.Text.Json.JsonValueKind.Object => "object",
        _ => "null",
    };

    private static JsonNode? Sorted(JsonNode? value) => value switch
    {
        JsonObject fields => new JsonObject(fields
            .OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => KeyValuePair.Create(field.Key, Sorted(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Sorted)]),
        _ => value?.DeepClone(),
    };
}
