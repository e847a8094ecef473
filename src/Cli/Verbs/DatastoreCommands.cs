using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway datastore: where data lies, under a name.</summary>
internal static class DatastoreCommands
{
    private const string Root = "api/v1/datastores";
    private const string Credentials = "credentials";

    private static readonly string[] s_said = ["name", "type", "description", "tags"];
    private static readonly string[] s_columns = ["name", "type", "credentials", "description", "changedAt"];

    public static Command Create() => new("datastore", "Places of data: folders, Azure storage, S3, the web.")
    {
        CreateDatastore(),
        Update(),
        Show(),
        List(),
        Delete(),
    };

    private static Command CreateDatastore()
    {
        var file = File("type azure_blob, azure_data_lake_gen2, s3, file or http.");
        file.Required = true;
        var (name, set) = (new Option<string?>("--name", "-n") { Description = "Default: the one in the file." }, DefinitionOptions.Set());
        return ApiVerb.Create(
            "create", "Create or replace a datastore from its YAML file; its credentials go into the vault.", [file, name, set], async (client, parsed, format, ct) =>
            {
                DefinitionEdit[] edits = [.. parsed.GetValue(set) ?? [], .. DefinitionEdit.Option("name", parsed.GetValue(name))];
                Printer.Show(await SaveAsync(client, parsed.GetValue(file)!, edits, ct), format);
                return 0;
            });
    }

    private static Command Update()
    {
        var (file, name) = (File("the datastore, which it replaces."), new Option<string?>("--name", "-n") { Description = "The datastore's name." });
        var changes = new ChangeOptions("description=TEXT, tags.KEY=VALUE, container_name=NAME, credentials.account_key=KEY");
        return ApiVerb.Create(
            "update",
            "Change a datastore, or replace it by what its YAML file says; without a file its credentials stay unless others are said.",
            [name, file, .. changes.All],
            async (client, parsed, format, ct) =>
            {
                var edits = changes.Read(parsed);
                var saved = parsed.GetValue(file) is { } path
                    ? await SaveAsync(client, path, [.. edits, .. DefinitionEdit.Option("name", parsed.GetValue(name))], ct)
                    : await ChangeAsync(client, parsed.GetValue(name), edits, ct);
                Printer.Show(saved, format);
                return 0;
            });
    }

    private static async Task<JsonNode> SaveAsync(SlipwayClient client, string path, IReadOnlyList<DefinitionEdit> edits, CancellationToken ct)
    {
        if (!System.IO.File.Exists(path))
            throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
        var yaml = await System.IO.File.ReadAllTextAsync(path, ct);
        var definition = edits.Count == 0 ? yaml : Definitions.Edit(yaml, Path.GetFileName(path), edits);
        return (await client.PostAsync(Root, new JsonObject { ["definition"] = definition }, ct))!;
    }

    // The server never tells credentials: an empty mapping stands for those that it has.
    private static async Task<JsonNode> ChangeAsync(SlipwayClient client, string? name, IReadOnlyList<DefinitionEdit> edits, CancellationToken ct)
    {
        ChangeOptions.Demand(edits);
        var route = Route(name ?? throw SlipwayException.Invalid("--name: say which datastore, or give a definition with --file."));
        var shown = await client.GetAsync(route, ct);
        var kept = shown["settings"]!.DeepClone().AsObject();
        foreach (var field in s_said)
            kept[field] = shown[field]?.DeepClone();
        var hadCredentials = shown["credentials"] is not null;
        if (hadCredentials)
            kept[Credentials] = new JsonObject();

        var changed = JsonNode.Parse(Definitions.Edit(kept.ToJsonString(), "the datastore", edits))!.AsObject();
        if (changed[Credentials] is JsonObject { Count: 0 })
            changed.Remove(Credentials);
        else if (hadCredentials)
            changed[Credentials] ??= new JsonObject();
        return (await client.PatchAsync(route, new JsonObject { ["definition"] = changed.ToJsonString() }, ct))!;
    }

    private static Command Show()
    {
        var name = Name();
        return ApiVerb.Create("show", "Show a datastore, without its credentials.", [name], async (client, parsed, format, ct) =>
        {
            Printer.Show(await client.GetAsync(Route(parsed.GetValue(name)!), ct), format);
            return 0;
        });
    }

    private static Command List() => ApiVerb.Create("list", "List the datastores.", [], async (client, _, format, ct) =>
    {
        Printer.List((await client.GetAsync(Root, ct))["datastores"]!.AsArray(), s_columns, format);
        return 0;
    });

    private static Command Delete()
    {
        var name = Name();
        return ApiVerb.Create("delete", "Forget a datastore and its credentials; the data there stays.", [name], async (client, parsed, _, ct) =>
        {
            await client.DeleteAsync(Route(parsed.GetValue(name)!), ct);
            return 0;
        });
    }

    private static Option<string?> File(string what) => new("--file", "-f") { Description = $"Azure ML's YAML: {what}" };

    private static Option<string> Name() => new("--name", "-n") { Description = "The datastore's name.", Required = true };

    private static string Route(string name) => $"{Root}/{Uri.EscapeDataString(name)}";
}
