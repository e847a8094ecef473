using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Cli.Output.JmesPath;

/// <summary>What JMESPath says of JSON values.</summary>
internal static class JmesValue
{
    /// <summary>A node has one parent, so that what goes into a new list is a copy.</summary>
    public static JsonArray List(IEnumerable<JsonNode?> items) => new([.. items.Select(item => item?.DeepClone())]);

    /// <summary>Null, false and what is empty are false; 0 is true.</summary>
    public static bool IsTrue(JsonNode? value) => value switch
    {
        null => false,
        JsonArray list => list.Count > 0,
        JsonObject map => map.Count > 0,
        _ => value.GetValueKind() switch
        {
            JsonValueKind.False => false,
            JsonValueKind.String => value.GetValue<string>().Length > 0,
            _ => true,
        },
    };

    public static bool AreSame(JsonNode? left, JsonNode? right) => (left, right) switch
    {
        (null, null) => true,
        (JsonArray a, JsonArray b) => a.Count == b.Count && a.Zip(b).All(pair => AreSame(pair.First, pair.Second)),
        (JsonObject a, JsonObject b) => a.Count == b.Count
            && a.All(entry => b.TryGetPropertyValue(entry.Key, out var other) && AreSame(entry.Value, other)),
        (JsonValue a, JsonValue b) when Number(a) is { } x && Number(b) is { } y => x.Equals(y),
        (JsonValue a, JsonValue b) => a.GetValueKind() == b.GetValueKind() && a.ToString() == b.ToString(),
        _ => false,
    };

    /// <summary>The order of two numbers or two texts; null for all else.</summary>
    public static int? Compare(JsonNode? left, JsonNode? right)
    {
        if (Number(left) is { } x && Number(right) is { } y)
            return x.CompareTo(y);
        return Text(left) is { } a && Text(right) is { } b ? string.CompareOrdinal(a, b) : null;
    }

    public static double? Number(JsonNode? value) =>
        value is JsonValue && value.GetValueKind() == JsonValueKind.Number ? JsonSerializer.Deserialize<double>(value) : null;

    public static string? Text(JsonNode? value) =>
        value is JsonValue && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    public static string TypeOf(JsonNode? value) => value switch
    {
        null => "null",
        JsonArray => "array",
        JsonObject => "object",
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.Number => "number",
            _ => "boolean",
        },
    };
}
