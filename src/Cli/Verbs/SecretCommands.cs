using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway secret: what connections, webhooks and triggers sign in with.</summary>
internal static class SecretCommands
{
    private const string Root = "api/v1/secrets";

    public static Command Create() => new("secret", "Secrets of the vault: kept encrypted, used by name, never shown.")
    {
        Set(), List(), Delete(),
    };

    private static Command Set()
    {
        var name = Name();
        var file = new Option<string?>("--file", "-f") { Description = "The file that holds the value; standard input when left out." };
        return ApiVerb.Create("set", "Set a secret, from a file or from standard input; a line's end at its end is left off.", [name, file], async (client, parsed, _, ct) =>
        {
            var path = parsed.GetValue(file);
            if (path is not null && !File.Exists(path))
                throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
            var value = path is null ? await Console.In.ReadToEndAsync(ct) : await File.ReadAllTextAsync(path, ct);
            await client.PutAsync($"{Root}/{Uri.EscapeDataString(parsed.GetValue(name)!)}", new JsonObject { ["value"] = value.TrimEnd('\r', '\n') }, ct);
            return 0;
        });
    }

    private static Command List() => ApiVerb.Create("list", "List the names of secrets.", [], async (client, _, format, ct) =>
    {
        var names = (await client.GetAsync(Root, ct))["secrets"]!.AsArray();
        Printer.List(new JsonArray([.. names.Select(name => new JsonObject { ["name"] = name!.DeepClone() })]), ["name"], format);
        return 0;
    });

    private static Command Delete()
    {
        var name = Name();
        return ApiVerb.Create("delete", "Delete a secret.", [name], async (client, parsed, _, ct) =>
        {
            await client.DeleteAsync($"{Root}/{Uri.EscapeDataString(parsed.GetValue(name)!)}", ct);
            return 0;
        });
    }

    private static Option<string> Name() => new("--name", "-n") { Description = "The secret's name: letters, digits and '-'.", Required = true };
}
