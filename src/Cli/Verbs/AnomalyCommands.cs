using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway anomaly: what is not as it should be in any series.</summary>
internal static class AnomalyCommands
{
    private static readonly DeclaredKind s_kind = new("api/v1/anomaly-detectors", "anomaly-detector", "detector");
    private static readonly string[] s_columns = ["name", "detector", "severity", "every", "lookedAt", "error"];
    private static readonly string[] s_points = ["subject", "at", "value", "expected", "low", "high", "score", "verdict"];
    private static readonly string[] s_anomalies = ["subject", "firedAt", "until", "message"];

    public static Command Create() => new("anomaly", "Anomaly detectors: static limits, learned bands, rates of change and shifts of any metric series.")
    {
        s_kind.Declare(),
        s_kind.List("detectors", s_columns),
        s_kind.Show("Show a detector, and why it could not look last, if so."),
        Points(),
        Run(),
        Backtest(),
        s_kind.Delete("Delete a detector with its points, and resolve its open alerts."),
    };

    private static Command Points()
    {
        var name = s_kind.Name();
        var anomalous = new Option<bool>("--anomalous") { Description = "Anomalies only." };
        var limit = new Option<int>("--limit") { Description = "The most points.", DefaultValueFactory = _ => 100 };
        return ApiVerb.Create("points", "List the points that a detector judged, newest first.", [name, anomalous, limit], async (client, parsed, style, ct) =>
        {
            var query = $"?anomalous={(parsed.GetValue(anomalous) ? "true" : "false")}&limit={parsed.GetValue(limit).ToString(CultureInfo.InvariantCulture)}";
            var found = await client.GetAsync($"{s_kind.PathOf(parsed.GetValue(name)!)}/points{query}", ct);
            Printer.List(found["items"]!.AsArray(), s_points, style);
            return 0;
        });
    }

    private static Command Run()
    {
        var name = s_kind.Name();
        return ApiVerb.Create("run", "Judge now the points that came since the last look.", [name], async (client, parsed, style, ct) =>
        {
            var found = await client.PostAsync($"{s_kind.PathOf(parsed.GetValue(name)!)}/run", new JsonObject(), ct);
            Printer.List(found!["points"]!.AsArray(), s_points, style);
            return 0;
        });
    }

    private static Command Backtest() => BacktestVerb.Create(
        s_kind,
        "Play what was kept of a series through a detector: anomalies, delays, false alarms per week.",
        ("anomalies", s_anomalies),
        report => $"{report["violations"]} of {report["judged"]} points are off, from {report["from"]} to {report["to"]}; {report["unknown"]} could not be judged. "
            + $"{report["anomalies"]!.AsArray().Count} anomalies, {report["falseAlarms"]} false{Rate(report)}{(report["missed"] is { } missed ? $"; {missed} missed" : "")}.");

    private static string Rate(JsonNode report) =>
        report["falseAlarmsPerWeek"] is { } perWeek ? $" ({perWeek} a week; 95 %: {report["perWeekLow"]} to {report["perWeekHigh"]})" : "";
}
