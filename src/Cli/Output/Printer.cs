using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace Slipway.Cli.Output;

/// <summary>Prints JSON answers as what the user asked for.</summary>
internal static class Printer
{
    private static readonly JsonSerializerOptions s_indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One thing: its fields below each other.</summary>
    public static void Show(JsonNode node, OutputFormat format)
    {
        if (format is OutputFormat.Json or OutputFormat.None || node is not JsonObject fields)
        {
            Json(node, format);
            return;
        }

        var shown = fields.Where(field => field.Value is not null).Select(field => new[] { field.Key, Text(field.Value) });
        Rows(["field", "value"], shown, format);
    }

    /// <summary>A list: one line for each, with these fields as columns.</summary>
    public static void List(JsonArray items, IReadOnlyList<string> columns, OutputFormat format)
    {
        if (format is OutputFormat.Json or OutputFormat.None)
        {
            Json(items, format);
            return;
        }

        Rows(columns, items.Select(item => columns.Select(column => Text(Dig(item, column))).ToArray()), format);
    }

    public static void Rows(IReadOnlyList<string> columns, IEnumerable<string[]> rows, OutputFormat format)
    {
        if (format == OutputFormat.Tsv)
        {
            foreach (var row in rows)
                System.Console.WriteLine(string.Join('\t', row.Select(cell => cell.ReplaceLineEndings(" ").Replace('\t', ' '))));
            return;
        }

        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
            table.AddColumn(new TableColumn(Markup.Escape(column)));
        foreach (var row in rows)
            table.AddRow([.. row.Select(Markup.Escape)]);
        Console().Write(table);
    }

    /// <summary>"metrics.auc" of {"metrics": {"auc": 1}}; a key that itself has dots is found as it is.</summary>
    private static JsonNode? Dig(JsonNode? node, string path)
    {
        if (node is not JsonObject fields)
            return null;
        if (fields.TryGetPropertyValue(path, out var value))
            return value;
        var dot = path.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? null : Dig(fields[path[..dot]], path[(dot + 1)..]);
    }

    private static string Text(JsonNode? node) => node switch
    {
        null => "",
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        JsonArray array when array.All(item => item is JsonValue) => string.Join(", ", array.Select(Text)),
        _ => node.ToJsonString(),
    };

    private static void Json(JsonNode node, OutputFormat format)
    {
        if (format != OutputFormat.None)
            System.Console.WriteLine(node.ToJsonString(s_indented));
    }

    // A pipe has no width: nothing may be cut there.
    public static IAnsiConsole Console()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = System.Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        });
        if (System.Console.IsOutputRedirected)
            console.Profile.Width = 10_000;
        return console;
    }
}
