using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>The verbs of slipway data that say which versions may be used, under which names, and how long: gate, quarantine, release, label, retention.</summary>
internal static class DataRuleCommands
{
    private static readonly string[] s_labels = ["label", "version", "changedAt", "changedBy"];

    public static IEnumerable<Command> Create() =>
    [
        new("gate", "The suite that new versions of an asset have to pass.") { SetGate(), Show("gate", "Show the suite."), Delete("gate", "Let new versions in untested.") },
        Hold("quarantine", "Hold a version back: neither \"latest\" nor a label gives it to anybody; its number does."),
        Hold("release", "Let a version out of quarantine; takes the permission to approve."),
        new("label", "Names that move from version to version.") { SetLabel(), ListLabels(), DeleteLabel() },
        new("retention", "Which versions slipway gc run forgets.")
        {
            SetRetention(),
            Show("retention", "Show the rule, and which versions the next collection forgets by it."),
            Delete("retention", "Keep all versions again."),
        },
    ];

    private static Command SetGate()
    {
        var name = Name();
        var file = new Option<string>("--file", "-f") { Description = "The suite: a YAML file of expectations.", Required = true };
        return ApiVerb.Create("set", "Declare the suite; a version that does not pass it is made, but held in quarantine.", [name, file], async (client, parsed, format, ct) =>
        {
            var path = parsed.GetValue(file)!;
            if (!File.Exists(path))
                throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
            var body = new JsonObject { ["suite"] = await File.ReadAllTextAsync(path, ct), ["source"] = Path.GetFileName(path) };
            Printer.Show(await client.PutAsync(Route(parsed.GetValue(name)!, "gate"), body, ct), format);
            return 0;
        });
    }

    private static Command Hold(string verb, string description)
    {
        var name = Name();
        var version = new Option<string>("--version", "-v") { Description = "The version.", Required = true };
        var reason = new Option<string>("--reason") { Description = "Why; the audit keeps it.", Required = true };
        return ApiVerb.Create(verb, description, [name, version, reason], async (client, parsed, format, ct) =>
        {
            var route = Route(parsed.GetValue(name)!, $"versions/{Uri.EscapeDataString(parsed.GetValue(version)!)}/{verb}");
            Printer.Show((await client.PostAsync(route, new JsonObject { ["reason"] = parsed.GetValue(reason) }, ct))!, format);
            return 0;
        });
    }

    private static Command SetLabel()
    {
        var (name, label) = (Name(), Label());
        var version = new Option<string>("--version", "-v") { Description = "The version.", Required = true };
        return ApiVerb.Create("set", "Put a label on a version; it leaves the one where it stood.", [name, label, version], async (client, parsed, format, ct) =>
        {
            var route = Route(parsed.GetValue(name)!, $"labels/{Uri.EscapeDataString(parsed.GetValue(label)!)}");
            Printer.Show(await client.PutAsync(route, new JsonObject { ["version"] = parsed.GetValue(version) }, ct), format);
            return 0;
        });
    }

    private static Command ListLabels()
    {
        var name = Name();
        return ApiVerb.Create("list", "List the labels of an asset.", [name], async (client, parsed, format, ct) =>
        {
            Printer.List((await client.GetAsync(Route(parsed.GetValue(name)!, "labels"), ct))["labels"]!.AsArray(), s_labels, format);
            return 0;
        });
    }

    private static Command DeleteLabel()
    {
        var (name, label) = (Name(), Label());
        return ApiVerb.Create("delete", "Take a label away.", [name, label], async (client, parsed, _, ct) =>
        {
            await client.DeleteAsync(Route(parsed.GetValue(name)!, $"labels/{Uri.EscapeDataString(parsed.GetValue(label)!)}"), ct);
            return 0;
        });
    }

    private static Command SetRetention()
    {
        var name = Name();
        var versions = new Option<long?>("--keep-versions") { Description = "Keep the newest so many." };
        var size = new Option<string?>("--keep-size") { Description = "Keep the newest that occupy no more than this: 50GB, 10GiB." };
        return ApiVerb.Create("set", "Say which versions are kept; the latest, labelled ones and those on hold always are.", [name, versions, size], async (client, parsed, format, ct) =>
        {
            var body = new JsonObject
            {
                ["keepVersions"] = parsed.GetValue(versions),
                ["keepBytes"] = parsed.GetValue(size) is { } text ? ByteSize.Parse("--keep-size", text) : null,
            };
            Printer.Show(await client.PutAsync(Route(parsed.GetValue(name)!, "retention"), body, ct), format);
            return 0;
        });
    }

    private static Command Show(string what, string description)
    {
        var name = Name();
        return ApiVerb.Create("show", description, [name], async (client, parsed, format, ct) =>
        {
            Printer.Show(await client.GetAsync(Route(parsed.GetValue(name)!, what), ct), format);
            return 0;
        });
    }

    private static Command Delete(string what, string description)
    {
        var name = Name();
        return ApiVerb.Create("delete", description, [name], async (client, parsed, _, ct) =>
        {
            await client.DeleteAsync(Route(parsed.GetValue(name)!, what), ct);
            return 0;
        });
    }

    private static Option<string> Name() => new("--name", "-n") { Description = "The asset's name.", Required = true };

    private static Option<string> Label() => new("--label", "-l") { Description = "The label, such as production.", Required = true };

    private static string Route(string name, string rest) => $"api/v1/data/{Uri.EscapeDataString(name)}/{rest}";
}
