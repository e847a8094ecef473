using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway monitor: what is watched, what was found, and what was decided on it.</summary>
internal static class MonitorCommands
{
    private const string Root = "api/v1/monitors";

    public static Command Create() => new("monitor", "Monitors, alerts and retraining decisions.")
    {
        ApiVerb.Create("list", "List monitors.", [], async (client, _, format, ct) =>
        {
            Printer.List((await client.GetAsync("api/v1/monitors", ct))["monitors"]!.AsArray(), ["name", "endpoint", "signals", "updatedAt"], format);
            return 0;
        }),
        Declare(),
        OfOne("show", "Show a monitor.", (client, path, ct) => client.GetAsync(path, ct)),
        Run(),
        BacktestCommands.OfMonitor(),
        OfOne("enable", "Let a monitor run by its trigger again.", Post("enable")),
        OfOne("disable", "Keep a monitor from running by its trigger; by hand it can still be run.", Post("disable")),
        Delete(),
        Results(),
        Runs(),
        MonitorReportVerb.Create(),
        MonitorExports.Rules(),
        MonitorExports.Dashboard(),
        RetrainingCommands.Decisions(),
        ApiVerb.Create("alerts", "List alerts.", [], async (client, _, format, ct) =>
        {
            Printer.List((await client.GetAsync("api/v1/alerts", ct))["alerts"]!.AsArray(), ["openedAt", "status", "monitor", "signal", "message"], format);
            return 0;
        }),
    };

    private static Command Declare()
    {
        var file = new Option<string>("--file", "-f") { Description = "The monitor as YAML: Azure ML's schedule with create_monitor.", Required = true };
        return ApiVerb.Create("create", "Declare a monitor; one of the same name is replaced.", [file], async (client, parsed, format, ct) =>
        {
            var path = parsed.GetValue(file)!;
            if (!File.Exists(path))
                throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
            using var body = new StringContent(await File.ReadAllTextAsync(path, ct), Encoding.UTF8, "application/yaml");
            Printer.Show((await client.PostAsync(Root, body, ct))!, format);
            return 0;
        });
    }

    private static Command Run()
    {
        var name = Name("The monitor's name.");
        var from = new Option<DateTimeOffset>("--from") { Description = "Begin of the window of event time (inclusive).", Required = true };
        var to = new Option<DateTimeOffset>("--to") { Description = "End of the window (exclusive).", Required = true };
        return ApiVerb.Create("run", "Measure a window of event time now.", [name, from, to], async (client, parsed, format, ct) =>
        {
            var body = new JsonObject { ["from"] = parsed.GetValue(from), ["to"] = parsed.GetValue(to) };
            Printer.Show((await client.PostAsync($"{Path(parsed.GetValue(name)!)}/runs", body, ct))!, format);
            return 0;
        });
    }

    private static Command Delete()
    {
        var name = Name("The monitor's name.");
        return ApiVerb.Create("delete", "Delete a monitor; its runs and alerts stay.", [name], async (client, parsed, _, ct) =>
        {
            await client.DeleteAsync(Path(parsed.GetValue(name)!), ct);
            return 0;
        });
    }

    private static Command Results()
    {
        var name = Name("The monitor's name.");
        var run = new Option<string?>("--run") { Description = "The id of a run; the newest one when left out." };
        return ApiVerb.Create("results", "List the figures of a run with their verdicts.", [name, run], async (client, parsed, format, ct) =>
        {
            var path = $"{Path(parsed.GetValue(name)!)}/runs";
            var found = parsed.GetValue(run) is { } id
                ? await client.GetAsync($"{path}/{Uri.EscapeDataString(id)}", ct)
                : (await client.GetAsync($"{path}?limit=1", ct))["runs"]!.AsArray().FirstOrDefault();
            Printer.List(
                found?["metrics"]!.AsArray() ?? [],
                ["signal", "feature", "segment", "name", "value", "adjusted", "low", "high", "bounds", "threshold", "verdict"],
                format);
            return 0;
        });
    }

    private static Command OfOne(string verb, string description, Func<SlipwayClient, string, CancellationToken, Task<JsonNode>> act)
    {
        var name = Name("The monitor's name.");
        return ApiVerb.Create(verb, description, [name], async (client, parsed, format, ct) =>
        {
            Printer.Show(await act(client, Path(parsed.GetValue(name)!), ct), format);
            return 0;
        });
    }

    private static Func<SlipwayClient, string, CancellationToken, Task<JsonNode>> Post(string verb) =>
        async (client, path, ct) => (await client.PostAsync($"{path}/{verb}", new JsonObject(), ct))!;

    private static string Path(string name) => $"{Root}/{Uri.EscapeDataString(name)}";

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

    private static Option<string> Name(string what) => new("--name", "-n") { Description = what, Required = true };
}
