using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway run move.</summary>
internal static class RunMoveVerb
{
    public static Command Create()
    {
        var ids = new Argument<string[]>("run-id") { Description = "The runs' ids, at most 1000.", Arity = ArgumentArity.OneOrMore };
        var to = new Option<string>("--to") { Description = "The experiment, by name or id; it must exist.", Required = true };
        var children = new Option<bool>("--children") { Description = "With the runs that have them as their parent, and the children of those." };
        return ApiVerb.Create(
            "move",
            "Put runs into another experiment, with their metrics, data sets, logged models and traces; all of them or none.",
            [ids, to, children],
            async (client, parsed, format, ct) =>
            {
                var body = new JsonObject
                {
                    ["runs"] = new JsonArray([.. parsed.GetValue(ids)!.Select(id => (JsonNode?)id)]),
                    ["experiment"] = parsed.GetValue(to),
                    ["children"] = parsed.GetValue(children),
                };
                Printer.Show((await client.PostAsync("api/v1/runs/move", body, ct))!, format);
                return 0;
            });
    }
}
