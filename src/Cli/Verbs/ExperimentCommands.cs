using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway experiment: what runs are grouped by.</summary>
internal static class ExperimentCommands
{
    public static Command Create() => new("experiment", "Experiments: groups of tracked runs.") { List(), Move(), Purge() };

    private static Command List()
    {
        var folder = new Option<string?>("--folder") { Description = "Only those right in this folder, behind the folders in it; \"/\" is the top. A '/' in a name makes a folder." };
        return ApiVerb.Create("list", "List the experiments that are not deleted.", [folder], async (client, parsed, format, ct) =>
        {
            var query = parsed.GetValue(folder) is { } given ? "?folder=" + Uri.EscapeDataString(given) : "";
            var answer = await client.GetAsync("api/v1/experiments" + query, ct);
            var rows = answer["folders"]!.AsArray().Select(inner => (JsonNode)new JsonObject
            {
                ["name"] = $"{inner!["name"]}/",
                ["experiments"] = inner["experiments"]!.DeepClone(),
            }).Concat(answer["experiments"]!.AsArray().Select(experiment => experiment!.DeepClone()));
            string[] columns = query.Length > 0 ? ["id", "name", "experiments", "createdAt", "updatedAt"] : ["id", "name", "createdAt", "updatedAt"];
            Printer.List([.. rows], columns, format);
            return 0;
        });
    }

    private static Command Move()
    {
        var from = new Option<string>("--from") { Description = "The folder: team/old.", Required = true };
        var to = new Option<string>("--to") { Description = "What it becomes: archive/old; \"/\" is the top.", Required = true };
        return ApiVerb.Create(
            "move", "Rename a folder of experiments, with all below it; all of them or none.", [from, to],
            async (client, parsed, format, ct) =>
            {
                var body = new JsonObject { ["from"] = parsed.GetValue(from), ["to"] = parsed.GetValue(to) };
                var answer = await client.PostAsync("api/v1/experiments/move", body, ct);
                Printer.List(answer!["experiments"]!.AsArray(), ["id", "name"], format);
                return 0;
            });
    }

    private static Command Purge()
    {
        var days = PurgeVerb.Days();
        var rehearsal = PurgeVerb.DryRun();
        return ApiVerb.Create(
            "purge",
            "Delete for good the experiments that were deleted some days ago, with their runs, traces and data sets.",
            [days, rehearsal],
            (client, parsed, format, ct) => PurgeVerb.RunAsync(
                client, "api/v1/experiments/purge", PurgeVerb.Body(parsed, days, rehearsal), format, ct));
    }
}
