using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Kernel;
using Slipway.Monitoring;

namespace Slipway.Cli.Verbs;

/// <summary>A kind of thing that is declared as YAML and kept by its name: the verbs that all such kinds have.</summary>
/// <param name="Root">Where the server has them.</param>
/// <param name="Kind">"alert-rule", "receiver" or "anomaly-detector", as <c>slipway validate</c> knows it; its <c>type</c> is the same with '_'.</param>
/// <param name="Noun">What people call one.</param>
internal sealed record DeclaredKind(string Root, string Kind, string Noun)
{
    public Command Declare()
    {
        var article = Noun[0] is 'a' or 'e' or 'i' or 'o' or 'u' ? "an" : "a";
        var file = DefinitionOptions.File($"the {Noun} (type: {Kind.Replace('-', '_')})");
        return ApiVerb.Create("create", $"Declare {article} {Noun}; one of the same name is replaced.", [file], async (client, parsed, style, ct) =>
        {
            using var body = new StringContent(await ReadAsync(parsed.GetValue(file)!, ct), Encoding.UTF8, "application/yaml");
            Printer.Show(await client.PostAsync(Root, body, ct), style);
            return 0;
        });
    }

    /// <param name="field">What the server calls the list.</param>
    public Command List(string field, IReadOnlyList<string> columns) => ApiVerb.Create("list", $"List {field}.", [], async (client, _, style, ct) =>
    {
        Printer.List((await client.GetAsync(Root, ct))[field]!.AsArray(), columns, style);
        return 0;
    });

    public Command Show(string description)
    {
        var name = Name();
        return ApiVerb.Create("show", description, [name], async (client, parsed, style, ct) =>
        {
            Printer.Show(await client.GetAsync(PathOf(parsed.GetValue(name)!), ct), style);
            return 0;
        });
    }

    public Command Delete(string description)
    {
        var name = Name();
        return ApiVerb.Create("delete", description, [name], async (client, parsed, _, ct) =>
        {
            await client.DeleteAsync(PathOf(parsed.GetValue(name)!), ct);
            return 0;
        });
    }

    public string PathOf(string name) => $"{Root}/{Uri.EscapeDataString(name)}";

    public Option<string> Name() => new("--name", "-n") { Description = $"The {Noun}'s name.", Required = true };

    /// <summary>The options of verbs that also take one that is not declared yet.</summary>
    public (Option<string?> Name, Option<string?> File) NameOrFile() => (
        new Option<string?>("--name", "-n") { Description = $"The name of a declared {Noun}, unless --file gives one that is not yet." },
        new Option<string?>("--file", "-f") { Description = $"The {Noun} as YAML." });

    /// <summary>What such a verb sends of them; the name stands in the field of the noun.</summary>
    public async Task<JsonObject> BodyAsync(ParseResult parsed, Option<string?> name, Option<string?> file, CancellationToken ct) => new()
    {
        [Noun] = parsed.GetValue(name),
        ["definition"] = parsed.GetValue(file) is { } path ? await ReadAsync(path, ct) : null,
    };

    // What is wrong with the file is refused without asking a server.
    private async Task<string> ReadAsync(string path, CancellationToken ct)
    {
        if (!File.Exists(path))
            throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
        var text = await File.ReadAllTextAsync(path, ct);
        MonitoringModule.Check(Kind, text, Path.GetFileName(path));
        return text;
    }
}
