using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway job leaderboard: what an AutoML job has tried, the best first.</summary>
internal static class JobLeaderboard
{
    private static readonly string[] s_columns = ["rank", "number", "algorithm", "value", "status", "parameters", "message"];

    public static Command Create()
    {
        var name = new Option<string>("--name", "-n") { Description = "The job's name.", Required = true };
        var step = new Option<string?>("--step") { Description = "Only this AutoML step of a pipeline." };
        return ApiVerb.Create("leaderboard", "List what an AutoML job has tried, the best first.", [name, step], async (client, parsed, format, ct) =>
        {
            var query = parsed.GetValue(step) is { } only ? $"?step={Uri.EscapeDataString(only)}" : "";
            var answer = await client.GetAsync($"api/v1/jobs/{Uri.EscapeDataString(parsed.GetValue(name)!)}/leaderboard{query}", ct);
            Printer.List(new JsonArray([.. answer["trials"]!.AsArray().Select(Ranked)]), s_columns, format);
            return 0;
        });
    }

    private static JsonNode Ranked(JsonNode? trial, int at)
    {
        var ranked = new JsonObject { ["rank"] = at + 1 };
        foreach (var (field, value) in trial!.AsObject())
            ranked[field] = value?.DeepClone();
        return ranked;
    }
}
