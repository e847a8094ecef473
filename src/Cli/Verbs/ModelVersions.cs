using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Client;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>The verbs of slipway model that make, change and fetch a version, with the flags of az ml.</summary>
internal static class ModelVersions
{
    public static Command Create()
    {
        var flags = new AssetFlags(
            "model",
            "the model",
            "Must be the next number, if it is given.",
            "The file or folder; or runs:/JOB/PATH, azureml://jobs/JOB/outputs/OUTPUT/paths/PATH, models:/NAME/VERSION, azureml://datastores/NAME/paths/PATH, https://HOST/FILE.",
            "custom_model (default), mlflow_model, or triton_model.");
        var stage = new Option<string?>("--stage", "-s") { Description = "None (default), Development, Staging, Production, Archived." };
        return ApiVerb.Create("create", "Register a version from a file or folder, or from what a job made.", [.. flags.All, stage], async (client, parsed, format, ct) =>
        {
            var (definition, folder) = flags.Read(parsed);
            if (parsed.GetValue(stage) is { } wanted)
                definition["stage"] = wanted;
            await AssetFlags.TellDatastoreAsync(client, definition, format, ct);
            Printer.Show(Whole(await RegisterAsync(client, definition, folder, ct)), format);
            return 0;
        });
    }

    public static Command Update()
    {
        var (name, version) = Version();
        var changes = new ChangeOptions("description=TEXT, stage=STAGE, tags.KEY=VALUE");
        return ApiVerb.Create("update", "Change the description, stage and tags of a version.", [name, version, .. changes.All], async (client, parsed, format, ct) =>
        {
            var found = await FindAsync(client, parsed.GetValue(name)!, parsed.GetValue(version)!, ct);
            var changed = StoredChanges.Differences(
                AzureNames.Of(Whole(found))!.AsObject(), changes.Read(parsed), "model version", "description", "stage", "tags");
            if (changed.ContainsKey("description"))
                changed["description"] ??= "";
            if (changed.ContainsKey("stage"))
                changed["stage"] ??= "None";
            Printer.Show(Whole((await client.PatchAsync(PathOf(found), changed, ct))!), format);
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

    /// <summary>As az shows it: with its name and id.</summary>
    public static JsonNode Whole(JsonNode version)
    {
        var (model, number) = ((string)version["model"]!, version["version"]!.ToString());
        version["name"] = model;
        version["id"] = $"azureml:{model}:{number}";
        version["type"] = (string?)version["flavor"] switch { "mlflow" => "mlflow_model", "triton" => "triton_model", _ => "custom_model" };
        return version;
    }

    public static (Option<string> Name, Option<string> Version) Version() => (
        new Option<string>("--name", "-n") { Description = "The model's name.", Required = true },
        new Option<string>("--version", "-v", "--label", "-l") { Description = "A number, latest, or an alias such as champion.", DefaultValueFactory = _ => "latest" });

    private static string PathOf(JsonNode version) => $"api/v1/models/{Uri.EscapeDataString((string)version["model"]!)}/versions/{version["version"]}";

    private static async Task<JsonNode> RegisterAsync(SlipwayClient client, JsonObject definition, string folder, CancellationToken ct)
    {
        var name = AssetFlags.Name(definition, "the model");
        var path = (string?)definition["path"] ?? throw SlipwayException.Invalid("--path: the model has no files; give the path of a file or folder.");
        var files = await ModelFiles.FindAsync(client, path, folder, ct);
        if ((string?)definition["version"] is { } wanted)
            await RefuseAsync(client, name, wanted, ct);
        files["flavor"] = (string?)definition["type"] switch
        {
            "mlflow_model" => "mlflow",
            "triton_model" => "triton",
            _ => path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase) ? "onnx" : null,
        };
        files["description"] = (string?)definition["description"];
        files["tags"] = definition["tags"]?.DeepClone();
        files["stage"] = (string?)definition["stage"];
        return (await client.PostAsync($"api/v1/models/{Uri.EscapeDataString(name)}/versions", files, ct))!;
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
