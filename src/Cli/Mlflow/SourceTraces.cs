using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Cli.Mlflow;

/// <summary>Spans as MLflow keeps them, turned into OTLP's JSON.</summary>
internal static class SourceTraces
{
    public static string? Duration(long? milliseconds) => milliseconds is { } ms
        ? (ms / 1000m).ToString("0.000", CultureInfo.InvariantCulture) + "s"
        : null;

    /// <summary>Of a duration as protobuf writes it: "1.5s".</summary>
    public static long? Milliseconds(string? duration) => duration is null
        ? null
        : (long)(decimal.Parse(duration.TrimEnd('s'), CultureInfo.InvariantCulture) * 1000);

    /// <summary>The spans in a folder of artifacts; none when there are none.</summary>
    public static IReadOnlyList<JsonObject> SpansOf(string folder)
    {
        var file = Path.Combine(folder, "traces.json");
        return File.Exists(file) && JsonNode.Parse(File.ReadAllText(file))?["spans"] is JsonArray spans
            ? [.. spans.OfType<JsonObject>()]
            : [];
    }

    /// <summary>The body of POST /v1/traces; the trace's id is the spans' too, which MLflow 2 kept apart.</summary>
    public static JsonObject Otlp(SourceTrace trace) => new()
    {
        ["resourceSpans"] = new JsonArray(new JsonObject
        {
            ["scopeSpans"] = new JsonArray(new JsonObject { ["spans"] = new JsonArray([.. trace.Spans.Select(span => Span(trace.Id, span))]) }),
        }),
    };

    private static JsonObject Span(string traceId, JsonObject span)
    {
        var isOld = span["context"] is JsonObject;
        var id = isOld ? Hex((string?)span["context"]!["span_id"]) : Base64((string?)span["span_id"]);
        var parent = isOld ? Hex((string?)span["parent_id"]) : Base64((string?)span["parent_span_id"]);
        var (code, message) = isOld
            ? ((string?)span["status_code"], (string?)span["status_message"])
            : ((string?)span["status"]?["code"], (string?)span["status"]?["message"]);
        return new JsonObject
        {
            ["traceId"] = traceId["tr-".Length..],
            ["spanId"] = id,
            ["parentSpanId"] = parent,
            ["name"] = (string?)span["name"],
            ["startTimeUnixNano"] = Number(span["start_time_unix_nano"] ?? span["start_time"]),
            ["endTimeUnixNano"] = Number(span["end_time_unix_nano"] ?? span["end_time"]),
            ["status"] = new JsonObject
            {
                ["code"] = code is null || code.StartsWith("STATUS_CODE_", StringComparison.Ordinal) ? code : "STATUS_CODE_" + code,
                ["message"] = message,
            },
            ["attributes"] = Attributes(span["attributes"]),
            ["events"] = new JsonArray([.. (span["events"] as JsonArray ?? []).OfType<JsonObject>().Select(Event)]),
        };
    }

    private static JsonObject Event(JsonObject happened) => new()
    {
        ["name"] = (string?)happened["name"],
        ["timeUnixNano"] = Number(happened["time_unix_nano"] ?? happened["timestamp"]),
        ["attributes"] = Attributes(happened["attributes"]),
    };

    private static JsonArray Attributes(JsonNode? attributes) =>
    [
        .. (attributes as JsonObject ?? []).Select(attribute => new JsonObject
        {
            ["key"] = attribute.Key,
            ["value"] = AnyValue(Decoded(attribute.Value)),
        }),
    ];

    // MLflow keeps an attribute's value as JSON in a text: "\"LLM\"", "{\"x\": 1}".
    private static JsonNode? Decoded(JsonNode? value)
    {
        if (value is not JsonValue scalar || !scalar.TryGetValue<string>(out var text))
            return value;
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return value;
        }
    }

    private static JsonObject AnyValue(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.String => new JsonObject { ["stringValue"] = value.DeepClone() },
        JsonValueKind.True or JsonValueKind.False => new JsonObject { ["boolValue"] = value.DeepClone() },
        JsonValueKind.Number when long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) =>
            new JsonObject { ["intValue"] = value.ToJsonString() },
        JsonValueKind.Number => new JsonObject { ["doubleValue"] = value.DeepClone() },
        JsonValueKind.Array => new JsonObject
        {
            ["arrayValue"] = new JsonObject { ["values"] = new JsonArray([.. value.AsArray().Select(AnyValue)]) },
        },
        JsonValueKind.Object => new JsonObject
        {
            ["kvlistValue"] = new JsonObject
            {
                ["values"] = new JsonArray([.. value.AsObject().Select(pair =>
                    new JsonObject { ["key"] = pair.Key, ["value"] = AnyValue(pair.Value) })]),
            },
        },
        _ => [],
    };

    // 64-bit numbers are texts in protobuf's JSON.
    private static string Number(JsonNode? node) => node?.GetValueKind() switch
    {
        JsonValueKind.Number => ((decimal)node).ToString("0", CultureInfo.InvariantCulture),
        JsonValueKind.String => (string)node!,
        _ => "0",
    };

    private static string? Hex(string? text) => text is { Length: > 0 } ? text.Replace("0x", "", StringComparison.Ordinal).PadLeft(16, '0') : null;

    public static string? Base64(string? text) => text is { Length: > 0 } ? Convert.ToHexStringLower(Convert.FromBase64String(text)) : null;
}
