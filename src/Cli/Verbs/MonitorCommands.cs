using System.CommandLine;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway monitor: what is watched, what was found, and what was decided on it.</summary>
internal static class MonitorCommands
{
    public static Command Create() => new("monitor", "Monitors, alerts and retraining decisions.")
    {
        ApiVerb.Create("list", "List monitors.", [], async (client, _, format, ct) =>
        {
            Printer.List((await client.GetAsync("api/v1/monitors", ct))["monitors"]!.AsArray(), ["name", "endpoint", "signals", "updatedAt"], format);
            return 0;
        }),
        Runs(),
        Decisions(),
        ApiVerb.Create("alerts", "List alerts.", [], async (client, _, format, ct) =>
        {
            Printer.List((await client.GetAsync("api/v1/alerts", ct))["alerts"]!.AsArray(), ["openedAt", "status", "monitor", "signal", "message"], format);
            return 0;
        }),
    };

    private static Command Runs()
    {
        var name = Name("The monitor's name.");
        return ApiVerb.Create("runs", "List what a monitor found, newest window first.", [name], async (client, parsed, format, ct) =>
        {
            var runs = (await client.GetAsync($"api/v1/monitors/{Uri.EscapeDataString(parsed.GetValue(name)!)}/runs", ct))["runs"]!.AsArray();
            Printer.List(runs, ["from", "to", "status", "modelVersion", "rows", "labelled", "drifted"], format);
            return 0;
        });
    }

    private static Command Decisions()
    {
        var name = Name("The retraining policy's name.");
        return ApiVerb.Create("decisions", "List when a policy retrained, or did not, and why.", [name], async (client, parsed, format, ct) =>
        {
            var decisions = (await client.GetAsync($"api/v1/retraining/{Uri.EscapeDataString(parsed.GetValue(name)!)}/decisions", ct))["items"]!.AsArray();
            Printer.List(decisions, ["eventTime", "retrain", "job", "reason"], format);
            return 0;
        });
    }

    private static Option<string> Name(string what) => new("--name", "-n") { Description = what, Required = true };
}
