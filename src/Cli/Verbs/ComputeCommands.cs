using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Verbs;

/// <summary>slipway compute: where commands run.</summary>
internal static class ComputeCommands
{
    private const string Root = "api/v1/compute";

    public static Command Create() => new("compute", "Where commands run: this machine, containers, a Slurm cluster.")
    {
        List(), Show(), ClusterVerbs.Save("create"), ClusterVerbs.Save("update"), ClusterVerbs.Delete(),
    };

    private static Command List()
    {
        var type = new Option<string?>("--type", "-t") { Description = "Only this type." };
        var most = new Option<int?>("--max-results", "-r") { Description = "At most so many." };
        return ApiVerb.Create("list", "List the compute targets, and what is missing to use them.", [type, most], async (client, parsed, format, ct) =>
        {
            var found = (await client.GetAsync(Root, ct))["compute"]!.AsArray()
                .Where(target => parsed.GetValue(type) is null || (string?)target!["type"] == parsed.GetValue(type))
                .Take(parsed.GetValue(most) ?? int.MaxValue);
            Printer.List(new JsonArray([.. found.Select(target => target!.DeepClone())]), ["name", "type", "provisioningState", "problem"], format);
            return 0;
        });
    }

    private static Command Show()
    {
        var name = new Option<string>("--name", "-n") { Description = "The target's name: local, container, slurm.", Required = true };
        return ApiVerb.Create("show", "Show a compute target.", [name], async (client, parsed, format, ct) =>
        {
            Printer.Show(await client.GetAsync($"{Root}/{Uri.EscapeDataString(parsed.GetValue(name)!)}", ct), format);
            return 0;
        });
    }
}
