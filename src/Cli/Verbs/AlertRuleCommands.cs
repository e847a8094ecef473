using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Kernel;
using Slipway.Monitoring;

namespace Slipway.Cli.Verbs;

/// <summary>slipway alert-rule: when there is an alert.</summary>
internal static class AlertRuleCommands
{
    private const string Root = "api/v1/alert-rules";
    private static readonly string[] s_columns = ["name", "severity", "when", "for", "notify", "error"];
    private static readonly string[] s_findings = ["verdict", "message", "evidence"];
    private static readonly string[] s_alerts = ["subject", "firedAt", "until", "message"];
    private static readonly string[] s_detections = ["from", "to", "detectedAt", "delaySeconds"];

    public static Command Create() => new("alert-rule", "Alert rules: conditions over monitors, deployments, tests of data and metrics.")
    {
        Declare(),
        ApiVerb.Create("list", "List rules.", [], async (client, _, style, ct) =>
        {
            Printer.List((await client.GetAsync(Root, ct))["rules"]!.AsArray(), s_columns, style);
            return 0;
        }),
        Show(),
        Delete(),
        Test(),
        Backtest(),
    };

    private static Command Declare()
    {
        var file = DefinitionOptions.File("the rule (type: alert_rule)");
        return ApiVerb.Create("create", "Declare a rule; one of the same name is replaced.", [file], async (client, parsed, style, ct) =>
        {
            using var body = new StringContent(await ReadAsync(parsed.GetValue(file)!, "alert-rule", ct), Encoding.UTF8, "application/yaml");
            Printer.Show(await client.PostAsync(Root, body, ct), style);
            return 0;
        });
    }

    private static Command Show()
    {
        var name = Name("The rule's name.");
        return ApiVerb.Create("show", "Show a rule, and why it could not be looked at last, if so.", [name], async (client, parsed, style, ct) =>
        {
            Printer.Show(await client.GetAsync($"{Root}/{Uri.EscapeDataString(parsed.GetValue(name)!)}", ct), style);
            return 0;
        });
    }

    private static Command Delete()
    {
        var name = Name("The rule's name.");
        return ApiVerb.Create("delete", "Delete a rule and resolve its open alerts.", [name], async (client, parsed, _, ct) =>
        {
            await client.DeleteAsync($"{Root}/{Uri.EscapeDataString(parsed.GetValue(name)!)}", ct);
            return 0;
        });
    }

    private static Command Test()
    {
        var (name, file) = NameOrFile();
        return ApiVerb.Create("test", "Tell what a rule says now; nothing is kept and nobody is told.", [name, file], async (client, parsed, style, ct) =>
        {
            var found = await client.PostAsync($"{Root}/test", await BodyAsync(parsed, name, file, ct), ct);
            Printer.List(found!["findings"]!.AsArray(), s_findings, style);
            return 0;
        });
    }

    private static Command Backtest()
    {
        var (name, file) = NameOrFile();
        var from = new Option<DateTimeOffset?>("--from") { Description = "Begin of the time to look at. Default: all that was kept." };
        var to = new Option<DateTimeOffset?>("--to") { Description = "Its end." };
        var wrong = new Option<string[]>("--wrong")
        {
            Description = "When something is known to have been wrong, TIME or FROM/TO (several: repeat it): detections and delays are told, and alerts outside are false.",
        };
        return ApiVerb.Create("backtest", "Play what was kept through a rule: its alerts, their delays, and which would be false.", [name, file, from, to, wrong], async (client, parsed, style, ct) =>
        {
            var body = await BodyAsync(parsed, name, file, ct);
            body["from"] = parsed.GetValue(from);
            body["to"] = parsed.GetValue(to);
            body["wrong"] = new JsonArray([.. (parsed.GetValue(wrong) ?? []).Select(time => JsonValue.Create(time))]);
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

        Printer.List(report["alerts"]!.AsArray(), s_alerts, style);
        if (report["detections"]!.AsArray() is { Count: > 0 } detections)
            Printer.List(detections, s_detections, style);
        style.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report["alerts"]!.AsArray().Count} alerts at {report["looks"]} moments from {report["from"]} to {report["to"]}{(report["missed"] is { } missed ? $"; {missed} missed, {report["falseAlarms"]} false" : "")}."));
    }

    /// <summary>The text of a file, after what is wrong with it was refused without asking a server.</summary>
    internal static async Task<string> ReadAsync(string path, string kind, CancellationToken ct)
    {
        if (!File.Exists(path))
            throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
        var text = await File.ReadAllTextAsync(path, ct);
        MonitoringModule.Check(kind, text, Path.GetFileName(path));
        return text;
    }

    private static async Task<JsonObject> BodyAsync(ParseResult parsed, Option<string?> name, Option<string?> file, CancellationToken ct) => new()
    {
        ["rule"] = parsed.GetValue(name),
        ["definition"] = parsed.GetValue(file) is { } path ? await ReadAsync(path, "alert-rule", ct) : null,
    };

    private static (Option<string?> Name, Option<string?> File) NameOrFile() => (
        new Option<string?>("--name", "-n") { Description = "A rule that is declared, unless --file gives one that is not yet." },
        new Option<string?>("--file", "-f") { Description = "The rule as YAML." });

    private static Option<string> Name(string what) => new("--name", "-n") { Description = what, Required = true };
}
