using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway component, slipway environment: registered versions that jobs name as azureml:name:version.</summary>
internal sealed class AssetCommands
{
    private static readonly string[] s_columns = ["name", "version", "archived", "createdAt", "description"];

    private readonly string _kind;
    private readonly string _root;

    private AssetCommands(string kind)
    {
        _kind = kind;
        _root = $"api/v1/{kind}s";
    }

    public static Command Components() => new AssetCommands("component").Create("Registered components: steps that pipelines use by name.");

    public static Command Environments() => new AssetCommands("environment").Create("Registered environments: what jobs run in, by name.");

    private Command Create(string description) => new(_kind, description)
    {
        Register(),
        Update(),
        List(),
        Show(),
        Archive("archive", "Hide a version, or all; jobs that name it go on using it."),
        Archive("restore", "Take back an archiving."),
    };

    private Command Register()
    {
        var file = DefinitionOptions.File($"the {_kind}");
        var name = new Option<string?>("--name", "-n") { Description = "Default: the one in the file." };
        var version = new Option<string?>("--version", "-v") { Description = "Default: the one in the file, else the next integer." };
        var set = DefinitionOptions.Set();
        return ApiVerb.Create(
            "create", "Register a version; one that exists is accepted again if its content is the same.", [file, name, version, set], async (client, parsed, format, ct) =>
            {
                DefinitionEdit[] edits = [.. parsed.GetValue(set) ?? [], .. Named(parsed.GetValue(name), parsed.GetValue(version))];
                Printer.Show(await RegisterAsync(client, parsed.GetValue(file)!, edits, ct), format);
                return 0;
            });
    }

    private Command Update()
    {
        var file = new Option<string?>("--file", "-f") { Description = $"The YAML of the {_kind}: its description and tags are taken over." };
        var name = new Option<string?>("--name", "-n") { Description = $"The {_kind}'s name, unless the file says it." };
        var (version, label) = (new Option<string?>("--version", "-v") { Description = "The version." }, Label());
        var changes = new ChangeOptions("description=TEXT, tags.KEY=VALUE");
        return ApiVerb.Create(
            "update", "Change the description and tags of a version; its content never changes.", [file, name, version, label, .. changes.All], async (client, parsed, format, ct) =>
            {
                if (parsed.GetValue(file) is { } path)
                {
                    Printer.Show(await RegisterAsync(client, path, [.. changes.Read(parsed), .. Named(parsed.GetValue(name), parsed.GetValue(version))], ct), format);
                    return 0;
                }

                var asset = parsed.GetValue(name) ?? throw SlipwayException.Invalid($"--name: say which {_kind}, or give its --file.");
                var number = parsed.GetValue(version) ?? Latest(parsed.GetValue(label))
                    ?? throw SlipwayException.Invalid($"--version: say which version of '{asset}', or --label latest.");
                var route = RouteOf(asset, number);
                var changed = StoredChanges.Of(Whole(await client.GetAsync(route, ct)), changes.Read(parsed), _kind, "description", "tags");
                if (changed.ContainsKey("description"))
                    changed["description"] ??= "";
                Printer.Show(Whole((await client.PatchAsync(route, changed, ct))!), format);
                return 0;
            });
    }

    private async Task<JsonObject> RegisterAsync(SlipwayClient client, string file, DefinitionEdit[] edits, CancellationToken ct)
    {
        var definition = JobFile.Read(file, edits, _kind);
        var body = new JsonObject
        {
            ["yaml"] = definition.Yaml,
            ["source"] = definition.Source,
            ["files"] = new JsonObject((await definition.UploadAsync(client, ct)).Select(tree =>
                KeyValuePair.Create(tree.Key, (JsonNode?)tree.Value))),
        };
        return Whole((await client.PostAsync(_root, body, ct))!);
    }

    private static IEnumerable<DefinitionEdit> Named(string? name, string? version) =>
        DefinitionEdit.Option("name", name).Concat(version is null ? [] : DefinitionEdit.Option("version", $"\"{version}\""));

    private Command List()
    {
        var name = new Option<string?>("--name", "-n") { Description = "All versions of this one; without it the newest of each." };
        var archived = new Option<bool>("--archived-only") { Description = "Only what is archived." };
        return ApiVerb.Create("list", $"List {_kind}s.", [name, archived], async (client, parsed, format, ct) =>
        {
            var path = parsed.GetValue(name) is { } only ? $"{_root}/{Uri.EscapeDataString(only)}/versions" : _root;
            var found = (await client.GetAsync($"{path}?archived={(parsed.GetValue(archived) ? "true" : "false")}", ct))["versions"]!.AsArray();
            Printer.List(new JsonArray([.. found.Select(version => Whole(version!))]), s_columns, format);
            return 0;
        });
    }

    private Command Show()
    {
        var name = Name();
        var version = new Option<string?>("--version", "-v") { Description = "The version." };
        var label = Label();
        return ApiVerb.Create("show", "Show a version.", [name, version, label], async (client, parsed, format, ct) =>
        {
            var number = parsed.GetValue(version) ?? Latest(parsed.GetValue(label)) ?? "latest";
            Printer.Show(Whole(await client.GetAsync(RouteOf(parsed.GetValue(name)!, number), ct)), format);
            return 0;
        });
    }

    private Command Archive(string verb, string description)
    {
        var name = Name();
        var version = new Option<string?>("--version", "-v") { Description = "Only this version." };
        return ApiVerb.Create(verb, description, [name, version], async (client, parsed, _, ct) =>
        {
            var only = parsed.GetValue(version) is { } number ? $"?version={Uri.EscapeDataString(number)}" : "";
            await client.PostAsync($"{_root}/{Uri.EscapeDataString(parsed.GetValue(name)!)}/{verb}{only}", new JsonObject(), ct);
            return 0;
        });
    }

    /// <summary>As az shows it: the definition's fields, with what the server knows of the version.</summary>
    private static JsonObject Whole(JsonNode version)
    {
        var whole = version["definition"]!.DeepClone().AsObject();
        foreach (var (key, value) in version.AsObject().Where(field => field.Key is not ("definition" or "files")))
            whole[key] = value?.DeepClone();
        whole.Remove("$schema");
        return whole;
    }

    private string? Latest(string? label) => label is null or "latest"
        ? label
        : throw SlipwayException.Invalid($"--label: '{label}' is not a label of a {_kind}; there is only latest.");

    private string RouteOf(string name, string version) => $"{_root}/{Uri.EscapeDataString(name)}/versions/{Uri.EscapeDataString(version)}";

    private static Option<string?> Label() => new("--label", "-l") { Description = "latest: the one made last." };

    private Option<string> Name() => new("--name", "-n") { Description = $"The {_kind}'s name.", Required = true };
}
