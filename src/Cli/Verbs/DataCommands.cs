using System.CommandLine;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Cli.Versioning;
using Slipway.Cli.Versioning.Dvc;

namespace Slipway.Cli.Verbs;

/// <summary>slipway data: data assets and their versions.</summary>
internal static class DataCommands
{
    private static readonly string[] s_columns = ["name", "version", "type", "zone", "rows", "sizeBytes", "labels", "quarantine", "createdAt"];

    public static Command Create()
    {
        var command = new Command("data", "Data assets and their versions.")
        {
            DataCreate.Create(),
            List(),
            Show(),
            DataTableCommands.Profile(),
            DataTableCommands.Test(),
            DataTestHistory.Create(),
            DataTableCommands.SuggestTests(),
            DataTableCommands.Diff(),
            DataTransfer.Download(),
            DataMount.Mount(),
            DataMount.Unmount(),
            DataTransfer.Export(),
            DataTransfer.Move(),
            DataTransfer.Update(),
            DataTransfer.Delete(),
            CollectionCommands.WhyKept(),
            DataTransfer.Archive("archive", "Leave a version out of listings and of \"latest\"; by its number it stays usable.", archived: true),
            DataTransfer.Archive("restore", "Bring an archived version back.", archived: false),
            DvcCommands.Create(),
        };
        command.Subcommands.Add(DataImport.Import());
        command.Subcommands.Add(DataImport.Status());
        foreach (var verb in DataRuleCommands.Create().Concat(TrackCommands.Create()))
            command.Subcommands.Add(verb);
        return command;
    }

    private static Command List()
    {
        var name = new Option<string?>("--name", "-n") { Description = "Only the versions of this asset." };
        return ApiVerb.Create("list", "List data assets, or the versions of one.", [name], async (client, parsed, format, ct) =>
        {
            var path = parsed.GetValue(name) is { } asset ? $"api/v1/data/{Uri.EscapeDataString(asset)}/versions" : "api/v1/data";
            Printer.List((await client.GetAsync(path, ct))["versions"]!.AsArray(), s_columns, format);
            return 0;
        });
    }

    private static Command Show()
    {
        var name = new Option<string>("--name", "-n") { Description = "The asset's name.", Required = true };
        var version = new Option<string>("--version", "-v", "--label", "-l") { Description = "A version, or a label: latest, production.", DefaultValueFactory = _ => "latest" };
        return ApiVerb.Create("show", "Show one version.", [name, version], async (client, parsed, format, ct) =>
        {
            Printer.Show(
                await client.GetAsync(
                    $"api/v1/data/{Uri.EscapeDataString(parsed.GetValue(name)!)}/versions/{Uri.EscapeDataString(parsed.GetValue(version)!)}", ct),
                format);
            return 0;
        });
    }
}
