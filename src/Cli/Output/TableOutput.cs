using System.Text.Json.Nodes;
using Spectre.Console;

namespace Slipway.Cli.Output;

/// <summary>Tables, for people.</summary>
internal static class TableOutput
{
    public static void Write(JsonNode result, OutputStyle style)
    {
        switch (result)
        {
            case JsonObject fields:
                var shown = fields.Where(field => field.Value is not null).Select(field => new[] { field.Key, PlainText.Of(field.Value) });
                Write(["field", "value"], shown, style);
                break;
            case JsonArray items when items.OfType<JsonObject>().Any():
                string[] columns = [.. items.OfType<JsonObject>().SelectMany(item => item).Where(field => field.Value is JsonValue).Select(field => field.Key).Distinct()];
                Write(columns, items.OfType<JsonObject>().Select(item => columns.Select(column => PlainText.Of(item[column])).ToArray()), style);
                break;
            case JsonArray items:
                Write(["result"], items.Select(item => new[] { PlainText.Of(item) }), style);
                break;
            default:
                Write(["result"], [[PlainText.Of(result)]], style);
                break;
        }
    }

    public static void Write(IReadOnlyList<string> columns, IEnumerable<string[]> rows, OutputStyle style)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in columns)
            table.AddColumn(new TableColumn(Markup.Escape(column)));
        foreach (var row in rows)
            table.AddRow([.. row.Select(Markup.Escape)]);
        Console(style).Write(table);
    }

    // A pipe has no width: nothing may be cut there.
    public static IAnsiConsole Console(OutputStyle style)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = style.IsPipe ? AnsiSupport.No : AnsiSupport.Detect,
            Out = new AnsiConsoleOutput(style.Out),
        });
        if (style.IsPipe)
            console.Profile.Width = 10_000;
        return console;
    }
}
