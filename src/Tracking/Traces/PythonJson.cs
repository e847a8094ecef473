using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Slipway.Tracking.Traces;

/// <summary>
/// Values of OpenTelemetry in the text that MLflow keeps an attribute's value in: JSON as Python's <c>json.dumps(value,
/// ensure_ascii=False)</c> writes it, since clients compare these texts.
/// </summary>
internal static class PythonJson
{
    /// <param name="any">{"string_value": "x"}, {"array_value": {"values": […]}}, {"kvlist_value": {"values": [{"key", "value"}]}}</param>
    public static string Text(JsonNode? any)
    {
        var text = new StringBuilder();
        Write(text, any);
        return text.ToString();
    }

    private static void Write(StringBuilder text, JsonNode? any)
    {
        var (kind, value) = any?.AsObject().FirstOrDefault() ?? default;
        switch (kind)
        {
            case "string_value" or "bytes_value":
                WriteText(text, (string?)value ?? "");
                break;
            case "double_value":
                text.Append(Number(value));
                break;
            case "array_value":
                WriteList(text, '[', ']', value, item => Write(text, item));
                break;
            case "kvlist_value":
                WriteList(text, '{', '}', value, pair =>
                {
                    WriteText(text, (string?)pair?["key"] ?? "");
                    text.Append(": ");
                    Write(text, pair?["value"]);
                });
                break;
            default:
                // Integers, which are texts in protobuf's JSON, and true and false.
                text.Append(value?.ToString() is { Length: > 0 } plain ? plain : "null");
                break;
        }
    }

    private static void WriteList(StringBuilder text, char open, char close, JsonNode? list, Action<JsonNode?> write)
    {
        text.Append(open);
        var isFirst = true;
        foreach (var item in list?["values"] as JsonArray ?? [])
        {
            if (!isFirst)
                text.Append(", ");
            isFirst = false;
            write(item);
        }

        text.Append(close);
    }

    private static string Number(JsonNode? value)
    {
        if (value is not JsonValue scalar || !scalar.TryGetValue<double>(out var number))
            return value?.ToString() ?? "null";
        var text = number.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');
        return text.AsSpan().ContainsAny('.', 'e') || !double.IsFinite(number) ? text : text + ".0";
    }

    private static void WriteText(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }
}
