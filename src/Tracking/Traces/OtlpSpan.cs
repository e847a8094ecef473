using System.Text.Json.Nodes;

namespace Slipway.Tracking.Traces;

/// <summary>A span as it came over OTLP.</summary>
/// <param name="Content">OpenTelemetry's message Span in protobuf's JSON, with snake_case names.</param>
internal sealed record OtlpSpan(
    string TraceId, string Id, string? ParentId, string Name, long StartNs, long EndNs, int StatusCode, JsonObject Content)
{
    private const int LongestPreview = 1000;

    public string MlflowTraceId => "tr-" + TraceId;

    public string Status => StatusCode switch
    {
        1 => "OK",
        2 => "ERROR",
        _ => "UNSET",
    };

    /// <summary>The text of an attribute; MLflow writes its own as JSON, of which a text is taken out of its quotes.</summary>
    public string? Attribute(string key) => AttributeOf(Content, key);

    /// <summary>As <see cref="Attribute"/>, of a span's content.</summary>
    public static string? AttributeOf(JsonObject content, string key)
    {
        var value = content["attributes"]?.AsArray()
            .FirstOrDefault(attribute => (string?)attribute?["key"] == key)?["value"]?["string_value"];
        if ((string?)value is not { } text)
            return null;
        if (!text.StartsWith('"'))
            return text;
        try
        {
            return (string?)JsonNode.Parse(text);
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or InvalidOperationException)
        {
            // It only begins like JSON.
            return text;
        }
    }

    /// <summary>The name and the attributes, a line each, for full text search.</summary>
    public string Text() => string.Join('\n', (Content["attributes"]?.AsArray() ?? []).Select(Line).Prepend(Name));

    public string? Preview(string key) => Attribute(key) is not { } text ? null
        : text.Length <= LongestPreview ? text
        : text[..LongestPreview];

    private static string Line(JsonNode? attribute)
    {
        var value = attribute?["value"]?.AsObject().FirstOrDefault().Value;
        var text = value is JsonValue scalar && scalar.TryGetValue<string>(out var plain) ? plain : value?.ToJsonString();
        return $"{(string?)attribute?["key"]}: {text}";
    }
}
