using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway job trials: the trials of a job's sweeps, the best first.</summary>
internal static class JobTrials
{
    private static readonly string[] s_columns = ["number", "name", "status", "value", "logged", "parameters", "message"];

    public static Command Create()
    {
        var name = new Option<string>("--name", "-n") { Description = "The job's name.", Required = true };
        var step = new Option<string?>("--step") { Description = "Only this sweep of a pipeline." };
        return ApiVerb.Create("trials", "List the trials of a sweep, the best first.", [name, step], async (client, parsed, format, ct) =>
        {
            var query = parsed.GetValue(step) is { } only ? $"?step={Uri.EscapeDataString(only)}" : "";
            var answer = await client.GetAsync($"api/v1/jobs/{Uri.EscapeDataString(parsed.GetValue(name)!)}/trials{query}", ct);
            Printer.List(new JsonArray([.. answer["sweeps"]!.AsArray().SelectMany(Ranked)]), s_columns, format);
            return 0;
        });
    }

    private static IEnumerable<JsonNode> Ranked(JsonNode? sweep)
    {
        var sign = sweep!["goal"]!.ToString() == "maximize" ? -1 : 1;
        return sweep["trials"]!.AsArray()
            .OrderBy(trial => trial!["value"] is { } value ? sign * value.GetValue<double>() : double.PositiveInfinity)
            .Select(trial => trial!.DeepClone());
    }
}
