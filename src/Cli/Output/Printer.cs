using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Cli.Output;

/// <summary>Prints answers of the server as what the user asked for.</summary>
internal static class Printer
{
    private static readonly JsonSerializerOptions s_indented =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One thing: in a table its fields stand below each other.</summary>
    public static void Show(JsonNode? node, OutputStyle style) => Result(AzureNames.Of(node), style);

    /// <summary>What is not ours: its names stay as they are.</summary>
    public static void ShowAsIs(JsonNode? node, OutputStyle style) => Result(node, style);

    /// <summary>A list: in a table one line for each, with these fields as columns.</summary>
    public static void List(JsonArray items, IReadOnlyList<string> columns, OutputStyle style)
    {
        var named = (JsonArray)AzureNames.Of(items)!;
        if (style.Query is not null || style.Format is not (OutputFormat.Table or OutputFormat.Tsv))
            Result(named, style);
        else
            Rows([.. columns.Select(AzureNames.Of)], named, style);
    }

    /// <summary>A list whose fields are named by the user.</summary>
    public static void Rows(IReadOnlyList<string> columns, JsonArray items, OutputStyle style)
    {
        if (style.Query is not null || style.Format is not (OutputFormat.Table or OutputFormat.Tsv))
        {
            Result(items, style);
            return;
        }

        var rows = items.Select(item => columns.Select(column => Dig(item, column)).ToList());
        if (style.Format == OutputFormat.Table)
            TableOutput.Write(columns, rows.Select(row => row.Select(PlainText.Of).ToArray()), style);
        else
            TsvOutput.Write(rows.Select(row => row.Select(PlainText.Of)), style.Out);
    }

    private static void Result(JsonNode? document, OutputStyle style)
    {
        var result = style.Query is { } query ? query.Of(document) : document;
        if (result is null)
            return;
        switch (style.Format)
        {
            case OutputFormat.Json or OutputFormat.Jsonc:
                style.Out.WriteLine(result.ToJsonString(s_indented));
                break;
            case OutputFormat.Yaml or OutputFormat.Yamlc:
                style.Out.Write(YamlOutput.Of(result));
                break;
            case OutputFormat.Table:
                TableOutput.Write(result, style);
                break;
            case OutputFormat.Tsv:
                TsvOutput.Write(result, style.Out);
                break;
            case OutputFormat.None:
                break;
        }
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
}
