using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Cli.Verbs;

/// <summary>slipway silence: nobody is told of some alerts for a time.</summary>
internal static class SilenceCommands
{
    private const string Root = "api/v1/silences";
    private static readonly string[] s_columns = ["id", "state", "matchers", "startsAt", "endsAt", "createdBy", "comment"];

    public static Command Create() => new("silence", "Silences: nobody is told of the alerts that match, for a time.") { Begin(), List(), End() };

    private static Command Begin()
    {
        var matchers = new Argument<string[]>("matchers") { Description = "All must match: severity=warning, monitor=~\"flights.*\", team!=ops.", Arity = ArgumentArity.OneOrMore };
        var duration = new Option<string?>("--for") { Description = "How long: 90m, 2h, 3d." };
        var until = new Option<DateTimeOffset?>("--until") { Description = "Until when, instead of --for." };
        var comment = new Option<string>("--comment", "-c") { Description = "Why.", Required = true };
        return ApiVerb.Create("create", "Silence alerts from now on.", [matchers, duration, until, comment], async (client, parsed, style, ct) =>
        {
            var ends = (parsed.GetValue(until), parsed.GetValue(duration)) switch
            {
                ({ } end, null) => end,
                (null, { } length) => TimeProvider.System.GetUtcNow() + Duration.Parse(length),
                _ => throw SlipwayException.Invalid("Say how long, with --for 2h or --until 2026-01-01T06:00:00Z."),
            };
            var body = new JsonObject
            {
                ["matchers"] = new JsonArray([.. parsed.GetValue(matchers)!.Select(matcher => JsonValue.Create(matcher))]),
                ["endsAt"] = ends,
                ["comment"] = parsed.GetValue(comment),
            };
            Printer.Show(await client.PostAsync(Root, body, ct), style);
            return 0;
        });
    }

    private static Command List()
    {
        var all = new Option<bool>("--all") { Description = "Also those that are over." };
        return ApiVerb.Create("list", "List silences.", [all], async (client, parsed, style, ct) =>
        {
            Printer.List((await client.GetAsync(Root + (parsed.GetValue(all) ? "?all=true" : ""), ct))["silences"]!.AsArray(), s_columns, style);
            return 0;
        });
    }

    private static Command End()
    {
        var id = new Argument<string>("id") { Description = "The silence's id." };
        return ApiVerb.Create("delete", "End a silence before its time.", [id], async (client, parsed, _, ct) =>
        {
            await client.DeleteAsync($"{Root}/{Uri.EscapeDataString(parsed.GetValue(id)!)}", ct);
            return 0;
        });
    }
}
