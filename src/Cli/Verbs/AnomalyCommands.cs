using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway anomaly: what is not as it should be in any series.</summary>
internal static class AnomalyCommands
{
    private const string Root = "api/v1/anomaly-detectors";
    private static readonly string[] s_columns = ["name", "detector", "severity", "every", "lookedAt", "error"];
    private static readonly string[] s_points = ["subject", "at", "value", "expected", "low", "high", "score", "verdict"];
    private static readonly string[] s_anomalies = ["subject", "firedAt", "until", "message"];
    private static readonly string[] s_detections = ["from", "to", "detectedAt", "delaySeconds"];

    public static Command Create() => new("anomaly", "Anomaly detectors: static limits, learned bands, rates of change and shifts of any metric series.")
    {
        Declare(),
        ApiVerb.Create("list", "List detectors.", [], async (client, _, style, ct) =>
        {
            Printer.List((await client.GetAsync(Root, ct))["detectors"]!.AsArray(), s_columns, style);
            return 0;
        }),
        Show(),
        Points(),
        Run(),
        Backtest(),
        Delete(),
    };

    private static Command Declare()
    {
        var file = DefinitionOptions.File("the detector (type: anomaly_detector)");
        return ApiVerb.Create("create", "Declare a detector; one of the same name is replaced.", [file], async (client, parsed, style, ct) =>
        {
            var text = await AlertRuleCommands.ReadAsync(parsed.GetValue(file)!, "anomaly-detector", ct);
            using var body = new StringContent(text, Encoding.UTF8, "application/yaml");
            Printer.Show(await client.PostAsync(Root, body, ct), style);
            return 0;
        });
    }

    private static Command Show()
    {
        var name = Name();
        return ApiVerb.Create("show", "Show a detector, and why it could not look last, if so.", [name], async (client, parsed, style, ct) =>
        {
            Printer.Show(await client.GetAsync($"{Root}/{Uri.EscapeDataString(parsed.GetValue(name)!)}", ct), style);
            return 0;
        });
    }

    private static Command Points()
    {
        var name = Name();
        var anomalous = new Option<bool>("--anomalous") { Description = "Anomalies only." };
        var limit = new Option<int>("--limit") { Description = "The most points.", DefaultValueFactory = _ => 100 };
        return ApiVerb.Create("points", "List the points that a detector judged, newest first.", [name, anomalous, limit], async (client, parsed, style, ct) =>
        {
            var query = $"?anomalous={(parsed.GetValue(anomalous) ? "true" : "false")}&limit={parsed.GetValue(limit).ToString(CultureInfo.InvariantCulture)}";
            var found = await client.GetAsync($"{Root}/{Uri.EscapeDataString(parsed.GetValue(name)!)}/points{query}", ct);
            Printer.List(found["items"]!.AsArray(), s_points, style);
            return 0;
        });
    }

    private static Command Run()
    {
        var name = Name();
        return ApiVerb.Create("run", "Judge now the points that came since the last look.", [name], async (client, parsed, style, ct) =>
        {
            var found = await client.PostAsync($"{Root}/{Uri.EscapeDataString(parsed.GetValue(name)!)}/run", new JsonObject(), ct);
            Printer.List(found!["points"]!.AsArray(), s_points, style);
            return 0;
        });
    }

    private static Command Backtest()
    {
        var name = new Option<string?>("--name", "-n") { Description = "A detector that is declared, unless --file gives one that is not yet." };
        var file = new Option<string?>("--file", "-f") { Description = "The detector as YAML." };
        var from = new Option<DateTimeOffset?>("--from") { Description = "Begin of the time to judge. Default: all that was kept." };
        var to = new Option<DateTimeOffset?>("--to") { Description = "Its end." };
        var wrong = new Option<string[]>("--wrong")
        {
            Description = "When something is known to have been wrong, TIME or FROM/TO (several: repeat it): what is found outside is false.",
        };
        return ApiVerb.Create("backtest", "Play what was kept of a series through a detector: anomalies, delays, false alarms per week.", [name, file, from, to, wrong], async (client, parsed, style, ct) =>
        {
            var body = new JsonObject
            {
                ["detector"] = parsed.GetValue(name),
                ["definition"] = parsed.GetValue(file) is { } path ? await AlertRuleCommands.ReadAsync(path, "anomaly-detector", ct) : null,
                ["from"] = parsed.GetValue(from),
                ["to"] = parsed.GetValue(to),
                ["wrong"] = new JsonArray([.. (parsed.GetValue(wrong) ?? []).Select(time => JsonValue.Create(time))]),
            };
            ShowBacktest((await client.PostAsync($"{Root}/backtest", body, ct))!, style);
            return 0;
        });
    }

    private static void ShowBacktest(JsonNode report, OutputStyle style)
    {
        if (style.Query is not null || style.Format is not OutputFormat.Table)
        {
            Printer.Show(report, style);
            return;
        }

        Printer.List(report["anomalies"]!.AsArray(), s_anomalies, style);
        if (report["detections"]!.AsArray() is { Count: > 0 } detections)
            Printer.List(detections, s_detections, style);
        var rate = report["falseAlarmsPerWeek"] is { } perWeek ? $" ({perWeek} a week; 95 %: {report["perWeekLow"]} to {report["perWeekHigh"]})" : "";
        style.Out.WriteLine(
            $"{report["violations"]} of {report["judged"]} points are off, from {report["from"]} to {report["to"]}; {report["unknown"]} could not be judged. "
            + $"{report["anomalies"]!.AsArray().Count} anomalies, {report["falseAlarms"]} false{rate}{(report["missed"] is { } missed ? $"; {missed} missed" : "")}.");
    }

    private static Command Delete()
    {
        var name = Name();
        return ApiVerb.Create("delete", "Delete a detector with its points, and resolve its open alerts.", [name], async (client, parsed, _, ct) =>
        {
            await client.DeleteAsync($"{Root}/{Uri.EscapeDataString(parsed.GetValue(name)!)}", ct);
            return 0;
        });
    }

    private static Option<string> Name() => new("--name", "-n") { Description = "The detector's name.", Required = true };
}
