using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway run: tracked runs.</summary>
internal static class RunCommands
{
    public static Command Create() =>
        new("run", "Tracked runs.") { RunListVerb.Create(), Show(), Metric(), History(), RunMoveVerb.Create(), Purge() };

    private static Command Show()
    {
        var id = new Argument<string>("run-id") { Description = "The run's id." };
        return ApiVerb.Create("show", "Show one run.", [id], async (client, parsed, format, ct) =>
        {
            Printer.Show(await client.GetAsync($"api/v1/runs/{Uri.EscapeDataString(parsed.GetValue(id)!)}", ct), format);
            return 0;
        });
    }

    private static Command Metric()
    {
        var id = new Argument<string>("run-id") { Description = "The run's id." };
        var key = new Argument<string>("metric") { Description = "The metric's key." };
        var most = new Option<int>("--max-points") { Description = "So many of a longer series, with its minima, maxima and NaN.", DefaultValueFactory = _ => 100 };
        var all = new Option<bool>("--all") { Description = "Every point as a line of JSON, as it comes from the server." };
        return ApiVerb.Create("metric", "Show the series of a run's metric.", [id, key, most, all], async (client, parsed, format, ct) =>
        {
            var run = $"api/v1/runs/{Uri.EscapeDataString(parsed.GetValue(id)!)}";
            var metric = string.Join('/', parsed.GetValue(key)!.Split('/').Select(Uri.EscapeDataString));
            if (parsed.GetValue(all))
            {
                await foreach (var line in client.GetLinesAsync($"{run}/points/{metric}", ct))
                    await format.Out.WriteLineAsync(line);
                return 0;
            }

            var series = await client.GetAsync($"{run}/metrics/{metric}?maxPoints={parsed.GetValue(most)}", ct);
            var points = series["points"]!.AsArray();
            Printer.List(points, ["step", "time", "value"], format);
            if (points.Count < series["total"]!.GetValue<long>())
                await format.Error.WriteLineAsync($"{points.Count} of {series["total"]} points; --all writes every one.");
            return 0;
        });
    }

    private static Command History()
    {
        var id = new Argument<string>("run-id") { Description = "The run's id." };
        return ApiVerb.Create(
            "history",
            "Who changed a run, when, from what to what: state, name, tags, moves, deletions.",
            [id],
            async (client, parsed, format, ct) =>
            {
                var events = new JsonArray();
                for (long? after = 0; after is not null;)
                {
                    var page = await client.GetAsync($"api/v1/runs/{Uri.EscapeDataString(parsed.GetValue(id)!)}/history?after={after}", ct);
                    foreach (var happened in page["events"]!.AsArray())
                        events.Add(happened!.DeepClone());
                    after = page["nextAfter"]?.GetValue<long>();
                }

                Printer.List(events, ["time", "act", "principal", "key", "before", "after"], format);
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
