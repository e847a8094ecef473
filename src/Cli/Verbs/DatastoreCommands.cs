using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway datastore: where data lies, under a name.</summary>
internal static class DatastoreCommands
{
    private static readonly string[] s_columns = ["name", "type", "credentials", "description", "changedAt"];

    public static Command Create() => new("datastore", "Places of data: folders, Azure storage, S3, the web.")
    {
        Save("create", "Create or replace a datastore from its YAML file; its credentials go into the vault."),
        Save("update", "Replace a datastore by what its YAML file says."),
        Show(),
        List(),
        Delete(),
    };

    private static Command Save(string verb, string description)
    {
        var file = new Option<string>("--file", "-f")
        {
            Description = "Azure ML's YAML: type azure_blob, azure_data_lake_gen2, s3, file or http.",
            Required = true,
        };
        return ApiVerb.Create(verb, description, [file], async (client, parsed, format, ct) =>
        {
            var path = parsed.GetValue(file)!;
            if (!File.Exists(path))
                throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
            var body = new JsonObject { ["definition"] = await File.ReadAllTextAsync(path, ct) };
            Printer.Show((await client.PostAsync("api/v1/datastores", body, ct))!, format);
            return 0;
        });
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
        Printer.List((await client.GetAsync("api/v1/datastores", ct))["datastores"]!.AsArray(), s_columns, format);
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

    private static Option<string> Name() => new("--name", "-n") { Description = "The datastore's name.", Required = true };

    private static string Route(string name) => $"api/v1/datastores/{Uri.EscapeDataString(name)}";
}
