using System.CommandLine;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway run: tracked runs.</summary>
internal static class RunCommands
{
    private static readonly string[] s_fixed = ["id", "name", "status", "startedAt"];

    public static Command Create() => new("run", "Tracked runs.") { List(), Show(), Purge() };

    private static Command List()
    {
        var experiment = new Option<string>("--experiment", "-e") { Description = "The experiment's name.", Required = true };
        var filter = new Option<string?>("--filter") { Description = "MLflow's filter with or, not, parentheses, RLIKE, params as numbers and times: \"metrics.auc > 0.6 and (params.lr < 0.1 or tags.team RLIKE '^r')\"." };
        var order = new Option<string?>("--order-by") { Description = "\"metrics.auc desc\"; default: newest first." };
        var most = new Option<int>("--max-results", "-n") { Description = "Default: 50.", DefaultValueFactory = _ => 50 };
        return ApiVerb.Create("list", "List the runs of an experiment.", [experiment, filter, order, most], async (client, parsed, format, ct) =>
        {
            var query = $"experiment={Uri.EscapeDataString(parsed.GetValue(experiment)!)}&limit={parsed.GetValue(most)}";
            if (parsed.GetValue(filter) is { } condition)
                query += $"&filter={Uri.EscapeDataString(condition)}";
            if (parsed.GetValue(order) is { } by)
                query += $"&orderBy={Uri.EscapeDataString(by)}";
            var runs = (await client.GetAsync($"api/v1/runs?{query}", ct))["runs"]!.AsArray();

            // The metric that orders the list is what one wants to see in it.
            var wanted = parsed.GetValue(order)?.Split(' ')[0];
            var columns = wanted?.StartsWith("metrics.", StringComparison.Ordinal) == true ? s_fixed.Append(wanted).ToArray() : s_fixed;
            Printer.List(runs, columns, format);
            return 0;
        });
    }

    private static Command Show()
    {
        var id = new Argument<string>("run-id") { Description = "The run's id." };
        return ApiVerb.Create("show", "Show one run.", [id], async (client, parsed, format, ct) =>
        {
            Printer.Show(await client.GetAsync($"api/v1/runs/{Uri.EscapeDataString(parsed.GetValue(id)!)}", ct), format);
            return 0;
        });
    }

    private static Command Purge()
    {
        var days = PurgeVerb.Days();
        var rehearsal = PurgeVerb.DryRun();
        var experiment = new Option<string?>("--experiment", "-e") { Description = "Only this experiment's runs; default: all." };
        return ApiVerb.Create(
            "purge",
            "Delete for good the runs that were deleted some days ago, with their metrics, params, tags, inputs and traces.",
            [days, rehearsal, experiment],
            (client, parsed, format, ct) =>
            {
                var body = PurgeVerb.Body(parsed, days, rehearsal);
                body["experiment"] = parsed.GetValue(experiment);
                return PurgeVerb.RunAsync(client, "api/v1/runs/purge", body, format, ct);
            });
    }
}
