using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.Output;
using Slipway.Client;

namespace Slipway.Cli.Verbs;

/// <summary>What the purges of runs and of experiments have in common.</summary>
internal static class PurgeVerb
{
    public static Option<int> Days() => new("--older-than-days")
    {
        Description = "Deleted so many days ago or earlier.",
        DefaultValueFactory = _ => 30,
    };

    public static Option<bool> DryRun() => new("--dry-run") { Description = "Only count what would be deleted." };

    public static JsonObject Body(ParseResult parsed, Option<int> days, Option<bool> rehearsal) => new()
    {
        ["olderThanDays"] = parsed.GetValue(days),
        ["dryRun"] = parsed.GetValue(rehearsal),
    };

    public static async Task<int> RunAsync(
        SlipwayClient client, string path, JsonObject body, OutputStyle format, CancellationToken ct)
    {
        Printer.Show((await client.PostAsync(path, body, ct))!, format);
        return 0;
    }
}
