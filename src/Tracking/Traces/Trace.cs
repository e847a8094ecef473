using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Kernel;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Traces;

/// <summary>A trace's own row.</summary>
internal sealed record TraceRow
{
    public required long No { get; init; }

    public required string Id { get; init; }

    public required long ExperimentId { get; init; }

    public string? ClientRequestId { get; init; }

    public required string State { get; init; }

    public required long RequestedAt { get; init; }

    /// <summary>Milliseconds.</summary>
    public long? Duration { get; init; }

    public string? RequestPreview { get; init; }

    public string? ResponsePreview { get; init; }

    public required bool Finalized { get; init; }
}

/// <summary>A trace with what is known of it but its spans.</summary>
internal sealed record Trace
{
    public required TraceRow Row { get; init; }

    public IReadOnlyList<KeyValue> Tags { get; init; } = [];

    public IReadOnlyList<KeyValue> Metadata { get; init; } = [];

    /// <summary>Each as JSON.</summary>
    public IReadOnlyList<string> Assessments { get; init; } = [];

    /// <summary>TraceInfoV3.</summary>
    public void WriteInfo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("trace_id", Row.Id);
        if (Row.ClientRequestId is not null)
            json.WriteString("client_request_id", Row.ClientRequestId);
        json.WriteStartObject("trace_location");
        json.WriteString("type", "MLFLOW_EXPERIMENT");
        json.WriteStartObject("mlflow_experiment");
        json.WriteString("experiment_id", Experiment.Text(Row.ExperimentId));
        json.WriteEndObject();
        json.WriteEndObject();
        if (Row.RequestPreview is not null)
            json.WriteString("request_preview", Row.RequestPreview);
        if (Row.ResponsePreview is not null)
            json.WriteString("response_preview", Row.ResponsePreview);
        json.WriteString("request_time", TraceTimes.Timestamp(Row.RequestedAt));
        if (Row.Duration is { } duration)
            json.WriteString("execution_duration", TraceTimes.Duration(duration));
        json.WriteString("state", Row.State);
        WriteMap(json, "trace_metadata", Metadata);
        if (Assessments.Count > 0)
        {
            json.WriteStartArray("assessments");
            foreach (var assessment in Assessments)
                json.WriteRawValue(assessment);
            json.WriteEndArray();
        }

        WriteMap(json, "tags", Tags);
        json.WriteEndObject();
    }

    private static void WriteMap(Utf8JsonWriter json, string name, IReadOnlyList<KeyValue> pairs)
    {
        if (pairs.Count == 0)
            return;
        json.WriteStartObject(name);
        foreach (var (key, value) in pairs)
            json.WriteString(key, value);
        json.WriteEndObject();
    }
}

/// <summary>Timestamps and durations as protobuf's JSON has them.</summary>
internal static class TraceTimes
{
    public static string Timestamp(long milliseconds) =>
        milliseconds.ToTime().UtcDateTime.ToString(
            milliseconds % 1000 == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string Duration(long milliseconds) => milliseconds % 1000 == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000}s")
        : string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000m:0.000}s");

    public static long ParseTimestamp(string field, string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUnixTimeMilliseconds()
            : throw MlflowFields.Wrong(field, $"\"{text}\"", "str");

    public static long ParseDuration(string field, string text) =>
        text.EndsWith('s') && decimal.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            && Math.Abs(seconds) < 1_000_000_000_000
            ? (long)(seconds * 1000)
            : throw MlflowFields.Wrong(field, $"\"{text}\"", "str");
}

/// <summary>The maps of a request.</summary>
internal static class TraceMaps
{
    public static List<KeyValue> Read(MlflowFields fields, string name)
    {
        if (fields.Find(name) is not { } map)
            return [];
        if (map.ValueKind != JsonValueKind.Object)
            throw MlflowFields.Wrong(fields.NameOf(name), map.GetRawText(), "list");
        var nested = fields.Nested(name);
        return [.. map.EnumerateObject().Select(entry => new KeyValue(entry.Name, nested.Text(entry.Name) ?? ""))];
    }

    public static JsonObject Node(MlflowFields fields, string name) =>
        fields.Find(name) is { ValueKind: JsonValueKind.Object } value
            ? JsonNode.Parse(value.GetRawText())!.AsObject()
            : throw MlflowFields.Missing(fields.NameOf(name));
}
