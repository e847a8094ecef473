using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>The verbs of slipway model that make, change and fetch a version, with the flags of az ml.</summary>
internal static class ModelVersions
{
    public static Command Create()
    {
        var file = new Option<string?>("--file", "-f") { Description = "Azure ML's YAML of the model." };
        var name = new Option<string?>("--name", "-n") { Description = "The model's name." };
        var version = new Option<string?>("--version", "-v") { Description = "Must be the next number, if it is given." };
        var path = new Option<string?>("--path", "-p") { Description = "The file or folder, or azureml://jobs/NAME/outputs/artifacts/paths/PATH." };
        var type = new Option<string?>("--type", "-t") { Description = "custom_model (default), mlflow_model, or triton_model." };
        var description = new Option<string?>("--description", "-d") { Description = "What it is." };
        var tags = new Option<string[]>("--tags") { Description = "KEY=VALUE …", AllowMultipleArgumentsPerToken = true };
        var set = DefinitionOptions.Set();
        return ApiVerb.Create("create", "Register a version from a file or folder.", [file, name, version, path, type, description, tags, set], async (client, parsed, format, ct) =>
        {
            string[] edits =
            [
                .. parsed.GetValue(set) ?? [],
                .. Edit("name", parsed.GetValue(name)), .. Edit("version", parsed.GetValue(version)), .. Edit("path", parsed.GetValue(path)),
                .. Edit("type", parsed.GetValue(type)), .. Edit("description", parsed.GetValue(description)),
                .. (parsed.GetValue(tags) ?? []).Select(tag => $"tags.{tag}"),
            ];
            var (definition, folder) = Read(parsed.GetValue(file), edits);
            Printer.Show(await RegisterAsync(client, definition, parsed.GetValue(path) is null ? folder : ".", ct), format);
            return 0;
        });
    }

    public static Command Update()
    {
        var (name, version) = Version();
        var set = new Option<string[]>("--set")
        {
            Description = "description=…, tags.KEY=…; tags.KEY= takes the tag away.",
            AllowMultipleArgumentsPerToken = true,
            Required = true,
        };
        return ApiVerb.Create("update", "Change the description and tags of a version.", [name, version, set], async (client, parsed, format, ct) =>
        {
            var found = await FindAsync(client, parsed.GetValue(name)!, parsed.GetValue(version)!, ct);
            Printer.Show((await client.PatchAsync(PathOf(found), SaidChanges.Read(parsed.GetValue(set)!, "description", "description"), ct))!, format);
            return 0;
        });
    }

    public static Command Archive(string verb, string description, bool archived)
    {
        var (name, version) = Version();
        return ApiVerb.Create(verb, description, [name, version], async (client, parsed, _, ct) =>
        {
            var found = await FindAsync(client, parsed.GetValue(name)!, parsed.GetValue(version)!, ct);
            await client.PatchAsync(PathOf(found), new JsonObject { ["archived"] = archived }, ct);
            return 0;
        });
    }

    public static Command Download()
    {
        var (name, version) = Version();
        var folder = new Option<string?>("--download-path", "--path", "-p") { Description = "The folder to write to. Default: the model's name." };
        return ApiVerb.Create("download", "Write the files of a version into a local folder.", [name, version, folder], async (client, parsed, format, ct) =>
        {
            var found = await FindAsync(client, parsed.GetValue(name)!, parsed.GetValue(version)!, ct);
            var target = Path.GetFullPath(parsed.GetValue(folder) ?? parsed.GetValue(name)!);
            var files = await client.Content.DownloadAsync(found["tree"]!.GetValue<string>(), target, ct);
            Printer.Show(new JsonObject { ["path"] = target, ["files"] = files, ["version"] = found["version"]!.DeepClone() }, format);
            return 0;
        });
    }

    /// <param name="version">A number, an alias, or latest.</param>
    public static Task<JsonNode> FindAsync(SlipwayClient client, string name, string version, CancellationToken ct) =>
        client.GetAsync($"api/v1/models/{Uri.EscapeDataString(name)}/versions/{Uri.EscapeDataString(version)}", ct);

    public static (Option<string> Name, Option<string> Version) Version() => (
        new Option<string>("--name", "-n") { Description = "The model's name.", Required = true },
        new Option<string>("--version", "-v", "--label", "-l") { Description = "A number, latest, or an alias such as champion. Default: latest.", DefaultValueFactory = _ => "latest" });

    private static string PathOf(JsonNode version) => $"api/v1/models/{Uri.EscapeDataString((string)version["model"]!)}/versions/{version["version"]}";

    private static IEnumerable<string> Edit(string field, string? value) => value is null ? [] : [$"{field}={value}"];

    private static (JsonObject Definition, string Folder) Read(string? file, IReadOnlyList<string> edits)
    {
        if (file is not null && !File.Exists(file))
            throw SlipwayException.Invalid($"--file: there is no file '{file}'.");
        var folder = file is null ? "." : Path.GetDirectoryName(Path.GetFullPath(file))!;
        var definition = Definitions.Read(new DefinitionFile
        {
            Yaml = file is null ? "{}" : File.ReadAllText(file),
            Source = file is null ? "the command line" : Path.GetFileName(file),
            Kind = "model",
            Edits = edits,
        });
        return (definition, folder);
    }

    private static async Task<JsonNode> RegisterAsync(SlipwayClient client, JsonObject definition, string folder, CancellationToken ct)
    {
        var name = (string?)definition["name"] ?? throw SlipwayException.Invalid("--name: the model has no name; give one here or in the file.");
        var path = (string?)definition["path"] ?? throw SlipwayException.Invalid("--path: the model has no files; give the path of a file or folder.");
        if (path.Contains("://", StringComparison.Ordinal) || path.StartsWith("azureml:", StringComparison.Ordinal))
            throw SlipwayException.Invalid($"--path: '{path}' is no local file or folder; download it first (slipway job download).");
        var local = Path.GetFullPath(Path.Combine(folder, path));
        if (!File.Exists(local) && !Directory.Exists(local))
            throw SlipwayException.Invalid($"--path: there is no file or folder '{path}'.");
        if ((string?)definition["version"] is { } wanted)
            await RefuseAsync(client, name, wanted, ct);
        var tree = await client.Content.UploadAsync(local, ct);
        return (await client.PostAsync(
            $"api/v1/models/{Uri.EscapeDataString(name)}/versions",
            new JsonObject
            {
                ["tree"] = tree.Digest,
                ["flavor"] = (string?)definition["type"] switch { "mlflow_model" => "mlflow", "triton_model" => "triton", _ => Path.GetExtension(local) == ".onnx" ? "onnx" : "custom" },
                ["description"] = (string?)definition["description"],
                ["tags"] = definition["tags"]?.DeepClone(),
            },
            ct))!;
    }

    // MLflow counts versions; a number that is taken, or that would leave a gap, cannot be had.
    private static async Task RefuseAsync(SlipwayClient client, string name, string wanted, CancellationToken ct)
    {
        var latest = await client.Models.FindAsync(name, "latest", ct);
        var next = $"{(latest?.Version ?? 0) + 1}";
        if (wanted != next)
            throw SlipwayException.Invalid($"--version: the next version of '{name}' is {next}, not {wanted}; versions are counted. Leave it out.");
    }
}
