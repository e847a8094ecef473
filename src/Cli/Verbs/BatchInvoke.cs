using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;
using Slipway.Cli.Snapshots;
using Slipway.Client;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>slipway batch-endpoint invoke: starts a job over what is given; local files are uploaded.</summary>
internal sealed class BatchInvoke
{
    private readonly Option<string> _name = new("--name", "-n") { Description = "The endpoint's name.", Required = true };
    private readonly Option<string?> _deployment = new("--deployment-name", "-d") { Description = "Which deployment; the endpoint's default when absent." };
    private readonly Option<string?> _input = new("--input") { Description = "azureml:NAME:VERSION, azureml:NAME@latest, azureml://datastores/…, https://…, or a local path." };
    private readonly Option<string> _type = new("--input-type") { Description = "uri_file, uri_folder or mltable.", DefaultValueFactory = _ => "uri_folder" };
    private readonly Option<string[]> _inputs = Edits("--inputs", "inputs of a pipeline: NAME.path=… NAME.type=…, or NAME.value=….");
    private readonly Option<string[]> _outputs = Edits("--outputs", "outputs: NAME.path=azureml://datastores/… or NAME.name=ASSET.");
    private readonly Option<string[]> _set = EndpointOptions.Set();
    private readonly Option<string?> _file = new("--file", "-f") { Description = "YAML with inputs and outputs: {inputs: {NAME: {type, path}}, outputs: …}." };
    private readonly Option<string?> _path = new("--output-path") { Description = "azureml://datastores/NAME/paths/FOLDER, where the result is written as well." };
    private readonly Option<int?> _size = new("--mini-batch-size") { Description = "Files of a mini-batch." };
    private readonly Option<int?> _instances = new("--instance-count", "-c") { Description = "Machines; here that many times as many processes." };
    private readonly Option<string?> _job = new("--job-name") { Description = "The job's name; generated when absent." };
    private readonly Option<string?> _experiment = new("--experiment-name") { Description = "The experiment of the job; the endpoint's name when absent." };

    public static Command Create()
    {
        var verb = new BatchInvoke();
        return ApiVerb.Create(
            "invoke",
            "Start a job that scores files or a table; slipway job stream -n NAME follows it.",
            [
                verb._name, verb._deployment, verb._input, verb._type, verb._inputs, verb._outputs, verb._set, verb._file, verb._path, verb._size,
                verb._instances, verb._job, verb._experiment, .. EndpointOptions.Accepted(),
            ],
            verb.RunAsync);
    }

    private async Task<int> RunAsync(SlipwayClient client, ParseResult parsed, OutputStyle format, CancellationToken ct)
    {
        var (asked, folder) = Read(parsed);
        var inputs = asked["inputs"] as JsonObject ?? [];
        if (parsed.GetValue(_input) is { } input)
            inputs["data"] = new JsonObject { ["type"] = parsed.GetValue(_type), ["path"] = input };
        var outputs = asked["outputs"] as JsonObject ?? [];
        if (parsed.GetValue(_path) is { } place)
            ((JsonObject)(outputs["score"] ??= new JsonObject()))["path"] = place;
        var settings = new JsonObject();
        foreach (var (field, value) in asked.Where(field => field.Key is not ("inputs" or "outputs" or "settings")).Concat(asked["settings"] as JsonObject ?? []))
            settings[field] = value?.DeepClone();
        if (parsed.GetValue(_size) is { } size)
            settings["mini_batch_size"] = size;
        var body = new JsonObject
        {
            ["deployment"] = parsed.GetValue(_deployment),
            ["files"] = await UploadAsync(client, inputs, folder, ct),
            ["inputs"] = Texts(inputs, "inputs"),
            ["outputs"] = Texts(outputs, "outputs"),
            ["settings"] = settings,
            ["instanceCount"] = parsed.GetValue(_instances),
            ["jobName"] = parsed.GetValue(_job),
            ["experimentName"] = parsed.GetValue(_experiment),
        };
        Printer.Show((await client.PostAsync($"{BatchEndpointCommands.Route(parsed.GetValue(_name)!)}/invoke", body, ct))!, format);
        return 0;
    }

    /// <summary>The file and what flags set on top, and the folder that local paths begin at.</summary>
    private (JsonObject Asked, string Folder) Read(ParseResult parsed)
    {
        var path = parsed.GetValue(_file);
        if (path is not null && !File.Exists(path))
            throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
        List<DefinitionEdit> edits =
        [
            .. parsed.GetValue(_set) ?? [],
            .. (parsed.GetValue(_inputs) ?? []).Select(edit => new DefinitionEdit("inputs." + edit, $"--inputs {edit}")),
            .. (parsed.GetValue(_outputs) ?? []).Select(edit => new DefinitionEdit("outputs." + edit, $"--outputs {edit}")),
        ];
        var text = Definitions.Edit(path is null ? "{}" : File.ReadAllText(path), path ?? "command line", edits);
        var folder = path is null ? Environment.CurrentDirectory : Path.GetDirectoryName(Path.GetFullPath(path))!;
        return (JsonNode.Parse(text) as JsonObject ?? throw SlipwayException.Invalid($"--file: '{path}' is not a map with inputs and outputs."), folder);
    }

    // A local path gets a name of its own in the job, so that it meets none of the deployment's.
    private static async Task<JsonObject> UploadAsync(SlipwayClient client, JsonObject inputs, string folder, CancellationToken ct)
    {
        var files = new JsonObject();
        foreach (var (name, value) in inputs)
        {
            if (value is not JsonObject input || input["path"]?.ToString() is not { } path || path.Contains("://", StringComparison.Ordinal)
                || path.StartsWith("azureml:", StringComparison.Ordinal) || path.StartsWith("runs:/", StringComparison.Ordinal))
            {
                continue;
            }

            var full = Path.GetFullPath(Path.Combine(folder, path));
            if (!File.Exists(full) && !Directory.Exists(full))
                throw SlipwayException.Invalid($"inputs.{name}: there is no '{path}' here.");
            var tree = Directory.Exists(full)
                ? await client.Content.UploadAsync(full, LocalSnapshot.Files(full), ct)
                : await client.Content.UploadAsync(full, ct);
            var key = $"invocation/{name}/{Path.GetFileName(full.TrimEnd('/'))}";
            (input["path"], files[key]) = (key, tree.Digest);
            if (File.Exists(full))
                input["type"] = "uri_file";
        }

        return files;
    }

    private static JsonObject Texts(JsonObject ports, string field) => new(ports.Select(port => KeyValuePair.Create(
        port.Key,
        (JsonNode?)(port.Value switch
        {
            JsonObject map => new JsonObject(map.Select(part => KeyValuePair.Create(part.Key, (JsonNode?)part.Value?.ToString()))),
            JsonValue literal when field == "inputs" => new JsonObject { ["value"] = literal.ToString() },
            _ => throw SlipwayException.Invalid($"{field}.{port.Key} is not a map with type and path."),
        }))));

    private static Option<string[]> Edits(string name, string description) => new(name)
    {
        Description = "The " + description,
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [],
    };
}
