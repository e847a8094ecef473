using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway replay: what a model version would have answered.</summary>
internal static class ReplayCommand
{
    public static Command Create()
    {
        var endpoint = new Option<string>("--endpoint", "-e") { Description = "The endpoint whose collected requests are answered again.", Required = true };
        var model = new Option<string>("--model") { Description = "The version that answers: name:3 or name@challenger.", Required = true };
        var from = new Option<DateTimeOffset>("--from") { Description = "Begin of the window of event time, inclusive: 2001-02-05T00:00:00Z.", Required = true };
        var to = new Option<DateTimeOffset>("--to") { Description = "Its end, exclusive.", Required = true };
        var by = new Option<string?>("--by") { Description = "Inputs by whose values the differences are told: carrier,origin." };
        var tolerance = new Option<double?>("--tolerance") { Description = "Scores differ that are further apart; when absent, classes are compared." };
        return ApiVerb.Create(
            "replay", "Answer what was collected again by another model version, offline, and tell where it differs.", [endpoint, model, from, to, by, tolerance],
            async (client, parsed, format, ct) =>
            {
                var body = new JsonObject
                {
                    ["from"] = parsed.GetValue(from),
                    ["to"] = parsed.GetValue(to),
                    ["model"] = parsed.GetValue(model),
                    ["by"] = new JsonArray([.. (parsed.GetValue(by) ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                        .Select(name => JsonValue.Create(name))]),
                    ["tolerance"] = parsed.GetValue(tolerance),
                };
                var report = await client.PostAsync($"{EndpointCommands.Route(parsed.GetValue(endpoint)!)}/replay", body, ct);
                Printer.Show(report!, format);
                return 0;
            });
    }
}
