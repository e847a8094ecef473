using System.Text.Json.Nodes;

namespace Slipway.Cli.Output;

/// <summary>Lines of values between tabs, by az's rules: an item of a list is a line, the values of an object its cells.</summary>
internal static class TsvOutput
{
    public static void Write(JsonNode result, TextWriter output) =>
        Write(result is JsonArray items ? items.Select(Cells) : [Cells(result)], output);

    public static void Write(IEnumerable<IEnumerable<string>> rows, TextWriter output)
    {
        foreach (var row in rows)
            output.WriteLine(string.Join('\t', row.Select(cell => cell.ReplaceLineEndings(" ").Replace('\t', ' '))));
    }

    private static IEnumerable<string> Cells(JsonNode? line) => line switch
    {
        JsonObject fields => fields.Select(field => Cell(field.Value)),
        JsonArray items => items.Select(Cell),
        _ => [line is null ? "None" : PlainText.Of(line)],
    };

    // What is no scalar does not fit into a cell; of a list its length is told.
    private static string Cell(JsonNode? value) => value switch
    {
        null => "None",
        JsonArray items => items.Count.ToString(System.Globalization.CultureInfo.InvariantCulture),
        JsonObject => "",
        _ when value.GetValueKind() is System.Text.Json.JsonValueKind.True => "True",
        _ when value.GetValueKind() is System.Text.Json.JsonValueKind.False => "False",
        _ => PlainText.Of(value),
    };
}
