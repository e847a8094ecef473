using System.CommandLine;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway alert-rule: when there is an alert.</summary>
internal static class AlertRuleCommands
{
    private static readonly DeclaredKind s_kind = new("api/v1/alert-rules", "alert-rule", "rule");
    private static readonly string[] s_columns = ["name", "severity", "when", "for", "notify", "error"];
    private static readonly string[] s_findings = ["verdict", "message", "evidence"];
    private static readonly string[] s_alerts = ["subject", "firedAt", "until", "message"];

    public static Command Create() => new("alert-rule", "Alert rules: conditions over monitors, deployments, tests of data and metrics.")
    {
        s_kind.Declare(),
        s_kind.List("rules", s_columns),
        s_kind.Show("Show a rule, and why it could not be looked at last, if so."),
        s_kind.Delete("Delete a rule and resolve its open alerts."),
        Test(),
        Backtest(),
    };

    private static Command Test()
    {
        var (name, file) = s_kind.NameOrFile();
        return ApiVerb.Create("test", "Tell what a rule says now; nothing is kept and nobody is told.", [name, file], async (client, parsed, style, ct) =>
        {
            var found = await client.PostAsync($"{s_kind.Root}/test", await s_kind.BodyAsync(parsed, name, file, ct), ct);
            Printer.List(found!["findings"]!.AsArray(), s_findings, style);
            return 0;
        });
    }

    private static Command Backtest() => BacktestVerb.Create(
        s_kind,
        "Play what was kept through a rule: its alerts, their delays, and which would be false.",
        ("alerts", s_alerts),
        report => $"{report["alerts"]!.AsArray().Count} alerts at {report["looks"]} moments from {report["from"]} to {report["to"]}"
            + $"{(report["missed"] is { } missed ? $"; {missed} missed, {report["falseAlarms"]} false" : "")}.");
}
