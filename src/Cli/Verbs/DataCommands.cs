using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Cli.Versioning;
using Slipway.Cli.Versioning.Dvc;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway data: data assets and their versions.</summary>
internal static class DataCommands
{
    private static readonly string[] s_columns = ["name", "version", "type", "zone", "rows", "sizeBytes", "labels", "quarantine", "createdAt"];

    public static Command Create()
    {
        var command = new Command("data", "Data assets and their versions.")
        {
            CreateVersion(),
            List(),
            Show(),
            DataTableCommands.Profile(),
            DataTableCommands.Test(),
            DataTableCommands.SuggestTests(),
            DataTableCommands.Diff(),
            DataTransfer.Download(),
            DataTransfer.Export(),
            DataTransfer.Update(),
            DataTransfer.Delete(),
            CollectionCommands.WhyKept(),
            DataTransfer.Archive("archive", "Leave a version out of listings and of \"latest\"; by its number it stays usable.", archived: true),
            DataTransfer.Archive("restore", "Bring an archived version back.", archived: false),
            DvcCommands.Create(),
        };
        foreach (var verb in DataRuleCommands.Create().Concat(TrackCommands.Create()))
            command.Subcommands.Add(verb);
        return command;
    }

    private static Command CreateVersion()
    {
        var name = new Option<string>("--name", "-n") { Description = "The asset's name.", Required = true };
        var version = new Option<string?>("--version", "-v") { Description = "Default: the next integer." };
        var path = new Option<string>("--path") { Description = "The file or folder to upload, or azureml://datastores/NAME/paths/PATH (with * and **), or https://HOST/FILE.", Required = true };
        var type = new Option<string?>("--type", "-t") { Description = "uri_file, uri_folder (default) or mltable." };
        var zone = new Option<string?>("--zone") { Description = "raw (default), processed, curated." };
        var description = new Option<string?>("--description") { Description = "What it is." };
        return ApiVerb.Create("create", "Make a version from a file or folder; exit code 1 when the asset's gate holds it in quarantine.", [name, version, path, type, zone, description], async (client, parsed, format, ct) =>
        {
            var source = parsed.GetValue(path)!;
            if (source.Contains("://", StringComparison.Ordinal))
            {
                var body = new JsonObject
                {
                    ["path"] = source,
                    ["type"] = parsed.GetValue(type),
                    ["version"] = parsed.GetValue(version),
                    ["zone"] = parsed.GetValue(zone),
                    ["description"] = parsed.GetValue(description),
                };
                return Shown((await client.PostAsync($"api/v1/data/{Uri.EscapeDataString(parsed.GetValue(name)!)}/versions", body, ct))!, format);
            }

            if (!File.Exists(source) && !Directory.Exists(source))
                throw SlipwayException.Invalid($"--path: there is no file or folder '{source}'.");
            var tree = await client.Content.UploadAsync(source, ct);
            var kind = parsed.GetValue(type) ?? (File.Exists(source) ? "uri_file" : "uri_folder");
            var created = await client.Data.CreateAsync(
                parsed.GetValue(name)!, tree.Digest, kind, parsed.GetValue(version), parsed.GetValue(zone), parsed.GetValue(description), ct);
            return Shown(await client.GetAsync($"api/v1/data/{created.Name}/versions/{created.Version}", ct), format);
        });
    }

    private static int Shown(JsonNode version, OutputStyle format)
    {
        Printer.Show(version, format);
        return version["quarantine"] is null ? 0 : 1;
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
        var version = new Option<string>("--version", "-v", "--label", "-l") { Description = "A version, or a label: latest, production. Default: latest.", DefaultValueFactory = _ => "latest" };
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
