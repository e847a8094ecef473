using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway schedule: jobs by time and by what happens.</summary>
internal static class ScheduleCommands
{
    private const string Root = "api/v1/schedules";

    private static readonly string[] s_columns = ["name", "isEnabled", "nextAt", "description"];
    private static readonly string[] s_firings = ["triggerTime", "cause", "state", "job", "why", "reason"];

    public static Command Create() => new("schedule", "Schedules: jobs by time, or by what happens: data, files, models, jobs, pushes.")
    {
        CreateSchedule(), List(), Show(), Update(),
        Switch("enable", "Let it fire again, from now on."),
        Switch("disable", "Let it fire no more; what it started goes on."),
        Delete(), Trigger(), History(), Backfill(),
    };

    private static Command CreateSchedule()
    {
        var file = DefinitionOptions.File("the schedule");
        var name = new Option<string?>("--name", "-n") { Description = "Default: the one in the file." };
        var set = DefinitionOptions.Set();
        return ApiVerb.Create(
            "create",
            "Create a schedule, or change one of this name. The job's file is kept as it is now.",
            [file, name, set, NoWait()],
            async (client, parsed, format, ct) =>
            {
                DefinitionEdit[] edits = [.. parsed.GetValue(set) ?? [], .. DefinitionEdit.Option("name", parsed.GetValue(name))];
                var schedule = ScheduleFile.Read(parsed.GetValue(file)!, edits);
                Printer.Show(Whole(await schedule.SubmitAsync(client, ct)), format);
                return 0;
            });
    }

    private static Command List()
    {
        var enabled = new Option<bool>("--enabled-only") { Description = "Only what fires; the default, as in az." };
        var disabled = new Option<bool>("--disabled-only") { Description = "Only what does not fire." };
        var all = new Option<bool>("--all") { Description = "Both." };
        var most = new Option<int?>("--max-results", "-r") { Description = "At most so many." };
        return ApiVerb.Create("list", "List schedules.", [enabled, disabled, all, most], async (client, parsed, format, ct) =>
        {
            var only = parsed.GetValue(all) ? "" : parsed.GetValue(disabled) ? "?enabled=false" : "?enabled=true";
            var found = (await client.GetAsync(Root + only, ct))["schedules"]!.AsArray();
            Printer.List(
                new JsonArray([.. found.Take(parsed.GetValue(most) ?? int.MaxValue).Select(schedule => Whole(schedule!))]), s_columns, format);
            return 0;
        });
    }

    private static Command Show()
    {
        var name = Name();
        return ApiVerb.Create("show", "Show a schedule, and when it fires next.", [name], async (client, parsed, format, ct) =>
        {
            Printer.Show(Whole(await client.GetAsync(PathOf(parsed.GetValue(name)!), ct)), format);
            return 0;
        });
    }

    private static Command Update()
    {
        var name = Name();
        var changes = new ChangeOptions("description=TEXT, tags.KEY=VALUE, trigger.expression=CRON, is_enabled=false");
        return ApiVerb.Create(
            "update",
            "Change the words of a schedule or when it fires; for another job create it again.",
            [name, .. changes.All, NoWait()],
            async (client, parsed, format, ct) =>
            {
                var edits = ChangeOptions.Wire(changes.Read(parsed));
                var changed = await client.PatchAsync(PathOf(parsed.GetValue(name)!), new JsonObject { ["edits"] = edits }, ct);
                Printer.Show(Whole(changed!), format);
                return 0;
            });
    }

    private static Command Switch(string verb, string description)
    {
        var name = Name();
        return ApiVerb.Create(verb, description, [name, NoWait()], async (client, parsed, _, ct) =>
        {
            await client.PostAsync($"{PathOf(parsed.GetValue(name)!)}/{verb}", new JsonObject(), ct);
            return 0;
        });
    }

    private static Command Delete()
    {
        var name = Name();
        var yes = new Option<bool>("--yes", "-y") { Description = "For scripts of az; nothing is asked here." };
        return ApiVerb.Create("delete", "Delete a disabled schedule with its history; its jobs stay.", [name, yes, NoWait()], async (client, parsed, _, ct) =>
        {
            await client.DeleteAsync(PathOf(parsed.GetValue(name)!), ct);
            return 0;
        });
    }

    private static Command Trigger()
    {
        var name = Name();
        var set = new Option<string[]>("--set")
        {
            Description = "What happened, where the trigger waits for something: version=3, job=NAME, branch=main. Default: the latest.",
            AllowMultipleArgumentsPerToken = true,
        };
        return ApiVerb.Create("trigger", "Fire once now, also when it is disabled.", [name, set], async (client, parsed, format, ct) =>
        {
            var facts = new JsonObject(Facts(parsed.GetValue(set) ?? []));
            Printer.Show(await client.PostAsync($"{PathOf(parsed.GetValue(name)!)}/trigger", new JsonObject { ["facts"] = facts }, ct), format);
            return 0;
        });
    }

    private static Command History()
    {
        var name = Name();
        var state = new Option<string?>("--state") { Description = "Only these: waiting, fired, skipped, failed." };
        var most = new Option<int>("--max-results", "-r") { Description = "The most to list.", DefaultValueFactory = _ => 50 };
        return ApiVerb.Create("history", "Show what became of its occurrences: which job, or why none.", [name, state, most], async (client, parsed, format, ct) =>
        {
            var only = parsed.GetValue(state) is { } wanted ? $"&state={Uri.EscapeDataString(wanted)}" : "";
            var history = await client.GetAsync($"{PathOf(parsed.GetValue(name)!)}/history?limit={parsed.GetValue(most)}{only}", ct);
            Printer.List(history["firings"]!.AsArray(), s_firings, format);
            return 0;
        });
    }

    private static Command Backfill()
    {
        var name = Name();
        var from = new Option<string>("--from") { Description = "The first time: 2026-01-01 or 2026-01-01T06:00:00Z; UTC unless it says otherwise.", Required = true };
        var to = new Option<string>("--to") { Description = "The time before which it ends.", Required = true };
        var most = new Option<int>("--max-concurrent") { Description = "How many of its jobs may be open at once.", DefaultValueFactory = _ => 1 };
        var rehearsal = new Option<bool>("--dry-run") { Description = "Only tell the occurrences." };
        return ApiVerb.Create(
            "backfill",
            "Fire for the occurrences of a range of time that have not fired; repeat it to go on.",
            [name, from, to, most, rehearsal],
            async (client, parsed, format, ct) =>
            {
                var body = new JsonObject
                {
                    ["from"] = Time("--from", parsed.GetValue(from)!),
                    ["to"] = Time("--to", parsed.GetValue(to)!),
                    ["maxConcurrent"] = parsed.GetValue(most),
                    ["dryRun"] = parsed.GetValue(rehearsal),
                };
                Printer.Show(await client.PostAsync($"{PathOf(parsed.GetValue(name)!)}/backfill", body, ct), format);
                return 0;
            });
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Facts(IReadOnlyList<string> pairs) => pairs
        .Select(pair => pair.Split('=', 2) is [var key, var value]
            ? KeyValuePair.Create(key, (JsonNode?)value)
            : throw SlipwayException.Invalid($"--set: '{pair}' is no pair; write name=value."))
        .DistinctBy(pair => pair.Key);

    /// <summary>As az shows it: the definition's fields, with what the server knows of the schedule.</summary>
    private static JsonObject Whole(JsonNode schedule)
    {
        var whole = schedule["definition"]!.DeepClone().AsObject();
        whole.Remove("is_enabled");
        foreach (var (key, value) in schedule.AsObject().Where(field => field.Key is not "definition"))
            whole[key] = value?.DeepClone();
        whole.Remove("$schema");
        return whole;
    }

    private static string Time(string option, string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : throw SlipwayException.Invalid($"{option}: '{text}' is not a time; write 2026-01-01 or 2026-01-01T06:00:00Z.");

    private static string PathOf(string name) => $"{Root}/{Uri.EscapeDataString(name)}";

    private static Option<string> Name() => new("--name", "-n") { Description = "The schedule's name.", Required = true };

    // Scripts of az say it; here every verb is done when it returns.
    private static Option<bool> NoWait() => new("--no-wait") { Hidden = true };
}
