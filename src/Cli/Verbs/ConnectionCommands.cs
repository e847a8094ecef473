using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway connection: systems that are not Slipway's, and how to sign in to them.</summary>
internal static class ConnectionCommands
{
    private const string Root = "api/v1/connections";

    private static readonly string[] s_columns = ["name", "type", "target", "changedAt"];

    public static Command Create() => new("connection", "Databases, stores and services of others, from which data is imported.")
    {
        Save(), Update(), Show(), List(), Delete(),
    };

    private static Command Save()
    {
        var file = DefinitionOptions.File("the connection");
        var (name, credentials, set) = (Name(isRequired: false), Credentials(), DefinitionOptions.Set());
        return ApiVerb.Create(
            "create", "Create or replace a connection; its credentials go into the vault.", [file, name, credentials, set], async (client, parsed, format, ct) =>
            {
                var path = parsed.GetValue(file)!;
                if (!File.Exists(path))
                    throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
                DefinitionEdit[] edits =
                [
                    .. parsed.GetValue(set) ?? [], .. DefinitionEdit.Option("name", parsed.GetValue(name)),
                    .. (parsed.GetValue(credentials) ?? []).Select(Signing),
                ];
                var (yaml, source) = (await File.ReadAllTextAsync(path, ct), Path.GetFileName(path));
                var definition = Definitions.Read(new DefinitionFile { Yaml = yaml, Source = source, Kind = "connection", Edits = edits });
                var body = new JsonObject { ["definition"] = definition.ToJsonString(), ["source"] = source };
                Printer.Show((await client.PostAsync(Root, body, ct))!, format);
                return 0;
            });
    }

    private static Command Update()
    {
        var (name, credentials) = (Name(isRequired: true), Credentials());
        var changes = new ChangeOptions("target=ADDRESS, description=TEXT, tags.KEY=VALUE, credentials.password=TEXT");
        return ApiVerb.Create("update", "Change a connection, or the credentials of it.", [name, credentials, .. changes.All], async (client, parsed, format, ct) =>
        {
            DefinitionEdit[] edits = [.. changes.Read(parsed), .. (parsed.GetValue(credentials) ?? []).Select(Signing)];
            var body = new JsonObject { ["edits"] = ChangeOptions.Wire(edits) };
            Printer.Show((await client.PatchAsync(Route(parsed.GetValue(name)!), body, ct))!, format);
            return 0;
        });
    }

    private static Command Show()
    {
        var name = Name(isRequired: true);
        return ApiVerb.Create("show", "Show a connection, without its credentials.", [name], async (client, parsed, format, ct) =>
        {
            Printer.Show(await client.GetAsync(Route(parsed.GetValue(name)!), ct), format);
            return 0;
        });
    }

    private static Command List()
    {
        var type = new Option<string?>("--type") { Description = "Only connections of this type: s3, postgres, git, …" };
        return ApiVerb.Create("list", "List the connections.", [type], async (client, parsed, format, ct) =>
        {
            var query = parsed.GetValue(type) is { } only ? $"?type={Uri.EscapeDataString(only)}" : "";
            Printer.List((await client.GetAsync(Root + query, ct))["connections"]!.AsArray(), s_columns, format);
            return 0;
        });
    }

    private static Command Delete()
    {
        var name = Name(isRequired: true);
        return ApiVerb.Create("delete", "Forget a connection and its credentials.", [name], async (client, parsed, _, ct) =>
        {
            await client.DeleteAsync(Route(parsed.GetValue(name)!), ct);
            return 0;
        });
    }

    private static Option<string[]> Credentials() => new("--credentials")
    {
        Description = "Parts of the credentials, so that they need not stand in a file: username=… password=…",
        AllowMultipleArgumentsPerToken = true,
    };

    // A mistake is told by the name alone; the value may be a password.
    private static DefinitionEdit Signing(string pair) => new($"credentials.{pair}", $"--credentials {pair.Split('=')[0]}");

    private static Option<string> Name(bool isRequired) => new("--name", "-n") { Description = "The connection's name.", Required = isRequired };

    private static string Route(string name) => $"{Root}/{Uri.EscapeDataString(name)}";
}
