using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Cli.Output;

/// <summary>A value as a cell of a table.</summary>
internal static class PlainText
{
    public static string Of(JsonNode? node) => node switch
    {
        null => "",
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        JsonArray array when array.All(item => item is JsonValue) => string.Join(", ", array.Select(Of)),
        _ => node.ToJsonString(),
    };
}
