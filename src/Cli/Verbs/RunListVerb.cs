using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;

namespace Slipway.Cli.Verbs;

/// <summary>slipway run list, also called search: what the server sends in pages is shown as one list.</summary>
internal static class RunListVerb
{
    private const int PageSize = 1000;

    private static readonly string[] s_fixed = ["id", "name", "status", "startedAt"];

    public static Command Create()
    {
        var experiment = new Option<string?>("--experiment", "-e") { Description = "The experiment's name or id; default: all experiments." };
        var filter = new Option<string?>("--filter")
        {
            Description = "MLflow's filter with or, not, parentheses, RLIKE, params as numbers and times: "
                + "\"metrics.auc > 0.6 and (params.lr < 0.1 or tags.team RLIKE '^r') and start_time > '2026-01-31T00:00:00Z'\".",
        };
        var order = new Option<string?>("--order-by") { Description = "\"metrics.auc desc, start_time\"; default: newest first." };
        var view = new Option<string>("--view") { Description = "active, deleted or all.", DefaultValueFactory = _ => "active" };
        view.AcceptOnlyFromAmong("active", "deleted", "all");
        var most = new Option<int>("--max-results", "-n") { Description = "The most to list.", DefaultValueFactory = _ => 50 };
        var token = new Option<string?>("--page-token") { Description = "Go on where a list with the same options ended; it told this token." };
        var command = ApiVerb.Create("list", "List runs: of an experiment or of all, filtered and ordered.", [experiment, filter, order, view, most, token], async (client, parsed, format, ct) =>
        {
            var by = parsed.GetValue(order);
            var query = $"view={parsed.GetValue(view)}"
                + Parameter("experiment", parsed.GetValue(experiment)) + Parameter("filter", parsed.GetValue(filter)) + Parameter("orderBy", by);
            var (runs, next) = await ReadAsync(client, query, parsed.GetValue(most), parsed.GetValue(token), ct);

            // The metric that orders the list is what one wants to see in it.
            var wanted = by?.Split(' ', ',')[0];
            Printer.List(runs, wanted?.StartsWith("metrics.", StringComparison.Ordinal) == true ? [.. s_fixed, wanted] : s_fixed, format);
            if (next is not null)
                await format.Error.WriteLineAsync($"There are more runs; go on with --page-token {next}");
            return 0;
        });
        command.Aliases.Add("search");
        return command;
    }

    private static async Task<(JsonArray Runs, string? Next)> ReadAsync(
        SlipwayClient client, string query, int most, string? token, CancellationToken ct)
    {
        var runs = new JsonArray();
        do
        {
            // The first page is asked for whatever the number: the server says which are allowed.
            var page = await client.GetAsync(
                $"api/v1/runs?{query}&limit={Math.Min(most - runs.Count, PageSize)}{Parameter("pageToken", token)}", ct);
            foreach (var run in page["runs"]!.AsArray())
                runs.Add(run!.DeepClone());
            token = (string?)page["nextPageToken"];
        }
        while (token is not null && runs.Count < most);
        return (runs, token);
    }

    private static string Parameter(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}
