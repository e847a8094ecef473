using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;

namespace Slipway.Cli.Verbs;

/// <summary>slipway data create: a version from Azure ML's YAML, or from flags, which win over the file.</summary>
internal static class DataCreate
{
    public static Command Create()
    {
        var flags = new AssetFlags(
            "data",
            "the data asset",
            "Default: the next integer.",
            "The file or folder to upload, or azureml://datastores/NAME/paths/PATH (with * and **), or https://HOST/FILE.",
            "uri_file, uri_folder (default) or mltable.");
        var zone = new Option<string?>("--zone") { Description = "raw (default), processed, curated." };
        return ApiVerb.Create("create", "Make a version from a file or folder; exit code 1 when the asset's gate holds it in quarantine.", [.. flags.All, zone], async (client, parsed, format, ct) =>
        {
            var (definition, folder) = flags.Read(parsed);
            await AssetFlags.TellDatastoreAsync(client, definition, format, ct);
            var made = await MakeAsync(client, definition, folder, parsed.GetValue(zone), ct);
            Printer.Show(made, format);
            return made["quarantine"] is null ? 0 : 1;
        });
    }

    private static async Task<JsonNode> MakeAsync(SlipwayClient client, JsonObject definition, string folder, string? zone, CancellationToken ct)
    {
        var name = AssetFlags.Name(definition, "the data asset");
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
            var local = AssetFlags.Local(folder, path);
            body["type"] ??= File.Exists(local) ? "uri_file" : "uri_folder";
            body["tree"] = (await client.Content.UploadAsync(local, ct)).Digest;
        }

        return (await client.PostAsync($"api/v1/data/{Uri.EscapeDataString(name)}/versions", body, ct))!;
    }
}
