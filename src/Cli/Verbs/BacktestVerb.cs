using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>The verb "backtest" of a declared kind: plays what was kept through one that is there, or through a file.</summary>
internal static class BacktestVerb
{
    private static readonly string[] s_detections = ["from", "to", "detectedAt", "delaySeconds"];

    /// <param name="list">What the report lists first, with the columns of its table.</param>
    /// <param name="summary">The line below the tables.</param>
    public static Command Create(DeclaredKind kind, string description, (string Field, string[] Columns) list, Func<JsonNode, string> summary)
    {
        var (name, file) = kind.NameOrFile();
        var past = new ReplayedPast();
        return ApiVerb.Create("backtest", description, [name, file, .. past.Options], async (client, parsed, style, ct) =>
        {
            var body = await kind.BodyAsync(parsed, name, file, ct);
            past.AddTo(body, parsed);
            var report = await BacktestWait.RunAsync(client, $"{kind.Root}/backtest", body, style, ct);
            if (style.Query is not null || style.Format is not OutputFormat.Table)
                Printer.Show(report, style);
            else
                ShowTables(report, list, summary, style);
            return 0;
        });
    }

    private static void ShowTables(JsonNode report, (string Field, string[] Columns) list, Func<JsonNode, string> summary, OutputStyle style)
    {
        Printer.List(report[list.Field]!.AsArray(), list.Columns, style);
        if (report["detections"]!.AsArray() is { Count: > 0 } detections)
            Printer.List(detections, s_detections, style);
        style.Out.WriteLine(summary(report));
    }
}
