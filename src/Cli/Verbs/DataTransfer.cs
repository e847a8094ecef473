using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>The verbs of slipway data that carry a version elsewhere or change what is said about it.</summary>
internal static class DataTransfer
{
    public static Command Download()
    {
        var (name, version) = Version();
        var folder = new Option<string>("--download-path", "-p") { Description = "The folder to write to. Default: the asset's name." };
        return ApiVerb.Create("download", "Write the files of a version into a local folder.", [name, version, folder], async (client, parsed, format, ct) =>
        {
            var found = await client.GetAsync(Route(parsed.GetValue(name)!, parsed.GetValue(version)!), ct);
            var tree = found["tree"]!.GetValue<string>();
            var target = Path.GetFullPath(parsed.GetValue(folder) ?? parsed.GetValue(name)!);
            var files = await client.Content.DownloadAsync(tree, target, ct);
            Printer.Show(new JsonObject { ["path"] = target, ["files"] = files, ["version"] = found["version"]!.DeepClone() }, format);
            return 0;
        });
    }

    public static Command Export()
    {
        var (name, version) = Version();
        var path = new Option<string>("--path") { Description = "azureml://datastores/NAME/paths/FOLDER.", Required = true };
        return ApiVerb.Create("export", "Write the files of a version into a datastore.", [name, version, path], async (client, parsed, format, ct) =>
        {
            var route = Route(parsed.GetValue(name)!, parsed.GetValue(version)!) + "/export";
            Printer.Show((await client.PostAsync(route, new JsonObject { ["path"] = parsed.GetValue(path) }, ct))!, format);
            return 0;
        });
    }

    public static Command Move()
    {
        var from = new Option<string>("--from") { Description = "azureml://datastores/NAME/paths/PATH: a file, a folder, or a pattern.", Required = true };
        var to = new Option<string>("--to") { Description = "azureml://datastores/NAME/paths/FOLDER.", Required = true };
        var keep = new Option<bool>("--keep") { Description = "Copy only: the originals stay." };
        return ApiVerb.Create(
            "move", "Move files between datastores. Each is copied and compared before the originals go; one that was cut off is repeated.", [from, to, keep],
            async (client, parsed, format, ct) =>
            {
                var body = new JsonObject { ["from"] = parsed.GetValue(from), ["to"] = parsed.GetValue(to), ["keep"] = parsed.GetValue(keep) };
                Printer.Show((await client.PostAsync("api/v1/data/move", body, ct))!, format);
                return 0;
            });
    }

    public static Command Update()
    {
        var (name, version) = Version();
        var description = new Option<string?>("--description") { Description = "What it is." };
        var tags = new Option<string[]>("--tags") { Description = "KEY=VALUE …; they replace the tags of before.", AllowMultipleArgumentsPerToken = true };
        var changes = new ChangeOptions("description=TEXT, tags.KEY=VALUE");
        return ApiVerb.Create("update", "Change the description or the tags of a version.", [name, version, description, tags, .. changes.All], async (client, parsed, format, ct) =>
        {
            DefinitionEdit[] edits =
            [
                .. DefinitionEdit.Option("description", parsed.GetValue(description)),
                .. parsed.GetValue(tags) is { Length: > 0 } pairs ? TagEdits(pairs) : [],
                .. changes.Read(parsed),
            ];
            if (edits.FirstOrDefault(edit => edit.Field == "auto_delete_setting") is { } aging)
                throw SlipwayException.Invalid($"{aging.Said}: versions are not deleted by their age here; slipway data retention set says how many of an asset are kept.");
            var route = Route(parsed.GetValue(name)!, parsed.GetValue(version)!);
            var kept = AzureNames.Of(await client.GetAsync(route, ct))!.AsObject();
            var changed = StoredChanges.Of(kept, edits, "data version", "description", "tags");
            if (changed.ContainsKey("description"))
                changed["description"] ??= "";
            Printer.Show(await client.PatchAsync(route, changed, ct), format);
            return 0;
        });
    }

    public static Command Delete()
    {
        var name = new Option<string>("--name", "-n") { Description = "The asset's name.", Required = true };
        var version = new Option<string>("--version", "-v") { Description = "The version.", Required = true };
        return ApiVerb.Create(
            "delete", "Forget a version for ever; slipway gc frees its space when nothing else refers to its files.", [name, version],
            async (client, parsed, _, ct) =>
            {
                await client.DeleteAsync(Route(parsed.GetValue(name)!, parsed.GetValue(version)!), ct);
                return 0;
            });
    }

    public static Command Archive(string verb, string description, bool archived)
    {
        var name = new Option<string>("--name", "-n") { Description = "The asset's name.", Required = true };
        var version = new Option<string>("--version", "-v", "--label", "-l") { Description = "The version, or a label: latest, production.", Required = true };
        return ApiVerb.Create(verb, description, [name, version], async (client, parsed, format, ct) =>
        {
            var body = new JsonObject { ["archived"] = archived };
            Printer.Show(await PatchAsync(client, parsed.GetValue(name)!, parsed.GetValue(version)!, body, ct), format);
            return 0;
        });
    }

    private static (Option<string> Name, Option<string> Version) Version() => (
        new Option<string>("--name", "-n") { Description = "The asset's name.", Required = true },
        new Option<string>("--version", "-v", "--label", "-l") { Description = "A version, or a label: latest, production.", DefaultValueFactory = _ => "latest" });

    private static async Task<JsonNode> PatchAsync(
        Client.SlipwayClient client, string name, string version, JsonObject body, CancellationToken ct) =>
        (await client.PatchAsync(Route(name, version), body, ct))!;

    private static string Route(string name, string version) =>
        $"api/v1/data/{Uri.EscapeDataString(name)}/versions/{Uri.EscapeDataString(version)}";

    private static IEnumerable<DefinitionEdit> TagEdits(string[] pairs)
    {
        if (Array.Find(pairs, pair => pair.Split('=', 2) is not [{ Length: > 0 }, _]) is { } wrong)
            throw SlipwayException.Invalid($"--tags: '{wrong}' is not KEY=VALUE.");
        return pairs.Select(pair => new DefinitionEdit($"tags.{pair}", "--tags")).Prepend(new DefinitionEdit("tags={}", "--tags"));
    }
}
