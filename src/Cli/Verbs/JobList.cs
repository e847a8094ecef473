using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;

namespace Slipway.Cli.Verbs;

/// <summary>slipway job list.</summary>
internal static class JobList
{
    private const int MostPerPage = 200;

    private static readonly string[] s_columns = ["name", "type", "experimentName", "status", "createdAt", "message"];

    public static Command Create()
    {
        var most = new Option<int>("--max-results", "-r") { Description = "The most to list.", DefaultValueFactory = _ => 50 };
        var all = new Option<bool>("--all-results") { Description = "All of them." };
        var tag = new Option<string?>("--tag") { Description = "Only jobs with this tag: KEY, or KEY=VALUE." };
        var status = new Option<string?>("--status") { Description = "Only these: Queued, Running, Completed, Failed, Canceled." };
        var parent = new Option<string?>("--parent-job-name", "-p") { Description = "The trials that this job started, which are left out otherwise." };
        var also = new Option<bool>("--include-archived") { Description = "Archived jobs too." };
        var archived = new Option<bool>("--archived-only") { Description = "Only archived jobs." };
        return ApiVerb.Create("list", "List jobs, newest first.", [most, all, tag, status, parent, also, archived], async (client, parsed, format, ct) =>
        {
            var filter = parsed.GetValue(status) is { } only ? $"&status={Uri.EscapeDataString(only)}" : "";
            filter += parsed.GetValue(parent) is { } above ? $"&parent={Uri.EscapeDataString(above)}" : "";
            filter += parsed.GetValue(archived) ? "&archived=only" : parsed.GetValue(also) ? "&archived=also" : "";
            var wanted = parsed.GetValue(all) ? int.MaxValue : parsed.GetValue(most);
            Printer.List(await ReadAsync(client, filter, parsed.GetValue(tag), wanted, ct), s_columns, format);
            return 0;
        });
    }

    /// <summary>Page by page, until there are as many as are wanted.</summary>
    public static async Task<JsonArray> ReadAsync(SlipwayClient client, string filter, string? tag, int wanted, CancellationToken ct)
    {
        var found = new JsonArray();
        string? next = null;
        do
        {
            // What the server would refuse it is to refuse.
            var limit = tag is null ? Math.Min(wanted - found.Count, MostPerPage) : MostPerPage;
            var page = await client.GetAsync($"api/v1/jobs?limit={limit}{filter}{(next is null ? "" : $"&pageToken={Uri.EscapeDataString(next)}")}", ct);
            foreach (var job in page["jobs"]!.AsArray().Where(job => found.Count < wanted && HasTag(job!, tag)))
                found.Add(job!.DeepClone());
            next = (string?)page["nextToken"];
        }
        while (next is not null && found.Count < wanted);
        return found;
    }

    private static bool HasTag(JsonNode job, string? tag) => tag?.Split('=', 2) switch
    {
        null => true,
        [var key, var value] => (string?)job["tags"]?[key] == value,
        [var key] => job["tags"]?[key] is not null,
        _ => false,
    };
}
