using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;
using Slipway.Etl.Contracts;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway dataflow: data window by window.</summary>
internal static class DataflowCommands
{
    private const string Root = "api/v1/dataflows";

    private static readonly string[] s_columns = ["name", "start", "everySeconds", "automatic", "nextAt", "updatedAt"];
    private static readonly string[] s_windows = ["from", "to", "state", "attempt", "job", "made", "reason"];
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(300);

    public static Command Create() => new("dataflow", "Dataflows: data in, window by window.")
    {
        CreateDataflow(), List(), Show(), Status(), Run(), Backfill(), Delete(),
    };

    private static Command CreateDataflow()
    {
        var file = DefinitionOptions.File("the dataflow: a job with the field incremental");
        var set = DefinitionOptions.Set();
        return ApiVerb.Create("create", "Create a dataflow, or change one of this name, which keeps its windows.", [file, set], async (client, parsed, format, ct) =>
        {
            Printer.Show(await SubmitAsync(client, parsed.GetValue(file)!, [.. parsed.GetValue(set) ?? []], ct), format);
            return 0;
        });
    }

    private static Command List() => ApiVerb.Create("list", "List dataflows.", [], async (client, _, format, ct) =>
    {
        Printer.List((await client.GetAsync(Root, ct))["dataflows"]!.AsArray(), s_columns, format);
        return 0;
    });

    private static Command Show()
    {
        var name = Name();
        return ApiVerb.Create("show", "Show a dataflow.", [name], async (client, parsed, format, ct) =>
        {
            Printer.Show(await client.GetAsync(PathOf(parsed.GetValue(name)!), ct), format);
            return 0;
        });
    }

    private static Command Status()
    {
        var name = Name();
        var state = new Option<string?>("--state") { Description = "Only these: waiting, running, done, failed." };
        var most = new Option<int>("--max-results", "-r") { Description = "The newest so many.", DefaultValueFactory = _ => 100 };
        return ApiVerb.Create("status", "Show its windows: done, running, failed and why, waiting and for what.", [name, state, most], async (client, parsed, format, ct) =>
        {
            var only = parsed.GetValue(state) is { } wanted ? $"&state={Uri.EscapeDataString(wanted)}" : "";
            var found = await client.GetAsync($"{PathOf(parsed.GetValue(name)!)}/windows?limit={parsed.GetValue(most)}{only}", ct);
            Printer.List(found["windows"]!.AsArray(), s_windows, format);
            return 0;
        });
    }

    private static Command Run()
    {
        var name = Name();
        var wait = Wait();
        return ApiVerb.Create("run", "Run all windows that are due and not done; those that failed again.", [name, wait], (client, parsed, format, ct) =>
            AskAsync(client, parsed.GetValue(name)!, "run", new JsonObject(), parsed.GetValue(wait), format, ct));
    }

    private static Command Backfill()
    {
        var name = Name();
        var wait = Wait();
        var from = new Option<string>("--from") { Description = "Windows that begin from here on: 2001-01-01 or 2001-01-01T06:00:00Z.", Required = true };
        var to = new Option<string>("--to") { Description = "And before this.", Required = true };
        var again = new Option<bool>("--again") { Description = "Also those that are done: each replaces its own rows." };
        return ApiVerb.Create("backfill", "Run the windows of a range of time.", [name, from, to, again, wait], (client, parsed, format, ct) =>
        {
            var body = new JsonObject
            {
                ["from"] = Time("--from", parsed.GetValue(from)!),
                ["to"] = Time("--to", parsed.GetValue(to)!),
                ["again"] = parsed.GetValue(again),
            };
            return AskAsync(client, parsed.GetValue(name)!, "backfill", body, parsed.GetValue(wait), format, ct);
        });
    }

    private static Command Delete()
    {
        var name = Name();
        return ApiVerb.Create("delete", "Forget a dataflow and its windows; what it landed stays.", [name], async (client, parsed, _, ct) =>
        {
            await client.DeleteAsync(PathOf(parsed.GetValue(name)!), ct);
            return 0;
        });
    }

    private static async Task<JsonNode> SubmitAsync(SlipwayClient client, string path, IReadOnlyList<DefinitionEdit> edits, CancellationToken ct)
    {
        if (!File.Exists(path))
            throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var source = Path.GetFileName(path);
        var text = await File.ReadAllTextAsync(path, ct);
        var yaml = edits.Count == 0 ? text : Definitions.Edit(text, source, edits);
        var job = DataflowFile.JobYaml(yaml, source);
        var files = await new JobFile(folder, source, job, Definitions.LocalPaths(JobFile.Describe(job, source, folder))).UploadAsync(client, ct);
        var body = new JsonObject
        {
            ["yaml"] = yaml,
            ["source"] = source,
            ["files"] = new JsonObject(files.Select(tree => KeyValuePair.Create(tree.Key, (JsonNode?)tree.Value))),
        };
        return (await client.PostAsync(Root, body, ct))!;
    }

    private static async Task<int> AskAsync(
        SlipwayClient client, string name, string verb, JsonObject body, bool waits, OutputStyle format, CancellationToken ct)
    {
        var asked = await client.PostAsync($"{PathOf(name)}/{verb}", body, ct);
        if (!waits)
        {
            Printer.Show(asked!, format);
            return 0;
        }

        var windows = await client.GetAsync($"{PathOf(name)}/windows", ct);
        while (windows["counts"]!["waiting"] is not null || windows["counts"]!["running"] is not null)
        {
            await Task.Delay(s_look, ct);
            windows = await client.GetAsync($"{PathOf(name)}/windows", ct);
        }

        Printer.List(windows["windows"]!.AsArray(), s_windows, format);
        return windows["counts"]!["failed"] is null ? 0 : 1;
    }

    private static string Time(string option, string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : throw SlipwayException.Invalid($"{option}: '{text}' is not a time; write 2026-01-01 or 2026-01-01T06:00:00Z.");

    private static string PathOf(string name) => $"{Root}/{Uri.EscapeDataString(name)}";

    private static Option<string> Name() => new("--name", "-n") { Description = "The dataflow's name.", Required = true };

    private static Option<bool> Wait() => new("--wait") { Description = "Return when no window waits or runs; 1 when one failed." };
}
