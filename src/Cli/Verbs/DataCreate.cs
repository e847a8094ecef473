using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway data create: a version from Azure ML's YAML, or from flags, which win over the file.</summary>
internal static class DataCreate
{
    public static Command Create()
    {
        var file = new Option<string?>("--file", "-f") { Description = "Azure ML's YAML of the data asset." };
        var name = new Option<string?>("--name", "-n") { Description = "The asset's name." };
        var version = new Option<string?>("--version", "-v") { Description = "Default: the next integer." };
        var path = new Option<string?>("--path", "-p") { Description = "The file or folder to upload, or azureml://datastores/NAME/paths/PATH (with * and **), or https://HOST/FILE." };
        var type = new Option<string?>("--type", "-t") { Description = "uri_file, uri_folder (default) or mltable." };
        var zone = new Option<string?>("--zone") { Description = "raw (default), processed, curated." };
        var description = new Option<string?>("--description", "-d") { Description = "What it is." };
        var tags = new Option<string[]>("--tags") { Description = "KEY=VALUE …", AllowMultipleArgumentsPerToken = true };
        var set = DefinitionOptions.Set();
        return ApiVerb.Create("create", "Make a version from a file or folder; exit code 1 when the asset's gate holds it in quarantine.", [file, name, version, path, type, zone, description, tags, set], async (client, parsed, format, ct) =>
        {
            string[] edits =
            [
                .. parsed.GetValue(set) ?? [],
                .. Edit("name", parsed.GetValue(name)), .. Edit("version", parsed.GetValue(version)), .. Edit("path", parsed.GetValue(path)),
                .. Edit("type", parsed.GetValue(type)), .. Edit("description", parsed.GetValue(description)),
                .. (parsed.GetValue(tags) ?? []).Select(tag => $"tags.{tag}"),
            ];
            var (definition, folder) = Read(parsed.GetValue(file), edits);
            var made = await MakeAsync(client, definition, parsed.GetValue(path) is null ? folder : ".", parsed.GetValue(zone), ct);
            Printer.Show(made, format);
            return made["quarantine"] is null ? 0 : 1;
        });
    }

    private static IEnumerable<string> Edit(string field, string? value) => value is null ? [] : [$"{field}={value}"];

    private static (JsonObject Definition, string Folder) Read(string? file, IReadOnlyList<string> edits)
    {
        if (file is null && edits.All(edit => !edit.StartsWith("path=", StringComparison.Ordinal)))
            throw SlipwayException.Invalid("--path: say which file or folder, or give a definition with --file.");
        if (file is not null && !File.Exists(file))
            throw SlipwayException.Invalid($"--file: there is no file '{file}'.");
        var folder = file is null ? "." : Path.GetDirectoryName(Path.GetFullPath(file))!;
        var definition = Definitions.Read(new DefinitionFile
        {
            Yaml = file is null ? "{}" : File.ReadAllText(file),
            Source = file is null ? "the command line" : Path.GetFileName(file),
            Kind = "data",
            Edits = edits,
        });
        return (definition, folder);
    }

    private static async Task<JsonNode> MakeAsync(SlipwayClient client, JsonObject definition, string folder, string? zone, CancellationToken ct)
    {
        var name = (string?)definition["name"] ?? throw SlipwayException.Invalid("--name: the data asset has no name; give one here or in the file.");
        var path = (string)definition["path"]!;
        var body = new JsonObject
        {
            ["type"] = definition["type"]?.DeepClone(),
            ["version"] = definition["version"]?.DeepClone(),
            ["zone"] = zone,
            ["description"] = definition["description"]?.DeepClone(),
            ["tags"] = definition["tags"]?.DeepClone(),
        };
        if (path.Contains("://", StringComparison.Ordinal))
        {
            body["path"] = path;
        }
        else
        {
            var local = Path.GetFullPath(Path.Combine(folder, path.StartsWith("file:", StringComparison.Ordinal) ? path["file:".Length..] : path));
            if (!File.Exists(local) && !Directory.Exists(local))
                throw SlipwayException.Invalid($"--path: there is no file or folder '{path}'.");
            body["type"] ??= File.Exists(local) ? "uri_file" : "uri_folder";
            body["tree"] = (await client.Content.UploadAsync(local, ct)).Digest;
        }

        return (await client.PostAsync($"api/v1/data/{Uri.EscapeDataString(name)}/versions", body, ct))!;
    }
}
