using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway job update, archive and restore: what is said of a job, and whether it is listed.</summary>
internal static class JobUpdate
{
    public static Command Update()
    {
        var name = Name();
        var set = new Option<string[]>("--set")
        {
            Description = "display_name=…, tags.KEY=…; tags.KEY= takes the tag away.",
            AllowMultipleArgumentsPerToken = true,
            Required = true,
        };
        return ApiVerb.Create("update", "Change a job's display name and tags.", [name, set], async (client, parsed, format, ct) =>
        {
            Printer.Show((await client.PatchAsync(PathOf(parsed.GetValue(name)!), SaidChanges.Read(parsed.GetValue(set)!, "display_name", "displayName"), ct))!, format);
            return 0;
        });
    }

    public static Command Archive(string verb, string description, bool archived)
    {
        var name = Name();
        return ApiVerb.Create(verb, description, [name], async (client, parsed, _, ct) =>
        {
            await client.PatchAsync(PathOf(parsed.GetValue(name)!), new JsonObject { ["archived"] = archived }, ct);
            return 0;
        });
    }

    private static string PathOf(string name) => $"api/v1/jobs/{Uri.EscapeDataString(name)}";

    private static Option<string> Name() => new("--name", "-n") { Description = "The job's name.", Required = true };
}
