using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Tracking.Traces;

/// <summary>
/// ExportTraceServiceRequest in JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): camelCase names,
/// ids in hex, 64-bit numbers as texts.
/// </summary>
internal static class OtlpJson
{
    private static readonly string[] s_kinds =
    [
        "SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER", "SPAN_KIND_CLIENT", "SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER",
    ];

    private static readonly string[] s_statuses = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];

    public static IReadOnlyList<OtlpSpan> Read(byte[] body)
    {
        try
        {
            return
            [
                .. Items(JsonNode.Parse(body), "resourceSpans")
                    .SelectMany(resource => Items(resource, "scopeSpans"))
                    .SelectMany(scope => Items(scope, "spans"))
                    .Select(Span),
            ];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw SlipwayException.Invalid($"The body is not an OTLP trace request: {exception.Message}");
        }
    }

    private static IEnumerable<JsonNode> Items(JsonNode? node, string name) =>
        (node?[name]?.AsArray() ?? []).OfType<JsonNode>();

    private static OtlpSpan Span(JsonNode node) => new SpanJson
    {
        TraceId = Convert.FromHexString((string?)node["traceId"] ?? ""),
        SpanId = Convert.FromHexString((string?)node["spanId"] ?? ""),
        ParentId = Convert.FromHexString((string?)node["parentSpanId"] ?? ""),
        State = (string?)node["traceState"],
        Name = (string?)node["name"] ?? "",
        Kind = Code(node["kind"], s_kinds) is var kind && node["kind"] is null ? null : s_kinds.ElementAtOrDefault(kind),
        StartNs = Number(node["startTimeUnixNano"]),
        EndNs = Number(node["endTimeUnixNano"]),
        Attributes = Copies(node, "attributes"),
        Events = Copies(node, "events"),
        Links = Copies(node, "links"),
        StatusCode = Code(node["status"]?["code"], s_statuses),
        StatusMessage = (string?)node["status"]?["message"],
    }.ToSpan(s_statuses);

    private static JsonArray Copies(JsonNode node, string name) => [.. Items(node, name).Select(SnakeCase)];

    // Attribute values keep their shape; only the names of protobuf's fields change.
    private static JsonNode? SnakeCase(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(SnakeCase(field.Key), SnakeCase(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(SnakeCase)]),
        _ => node?.DeepClone(),
    };

    private static string SnakeCase(string name)
    {
        var snake = new StringBuilder(name.Length + 4);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c))
                snake.Append('_').Append(char.ToLowerInvariant(c));
            else
                snake.Append(c);
        }

        return snake.ToString();
    }

    private static long Number(JsonNode? node) => node is null ? 0 : node.GetValueKind() == JsonValueKind.String
        ? long.Parse((string)node!, NumberStyles.None, CultureInfo.InvariantCulture)
        : (long)node;

    private static int Code(JsonNode? node, string[] names) => node is null ? 0 : node.GetValueKind() == JsonValueKind.String
        ? Math.Max(0, Array.IndexOf(names, (string)node!))
        : (int)node;
}
