using System.Text.Json.Nodes;
using Slipway.Client;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Cli.Verbs;

/// <summary>An endpoint's or a deployment's YAML on this machine, as Azure ML has it, and what a server is told of it.</summary>
internal sealed class ServingFile
{
    private static readonly string[] s_unusedOfEndpoint = ["identity", "public_network_access", "compute", "kind"];

    private readonly string _folder;
    private readonly string _source;
    private readonly IReadOnlyList<string> _paths;
    private readonly JsonObject _json;

    private ServingFile(string folder, string source, IReadOnlyList<string> paths, JsonObject json) =>
        (_folder, _source, _paths, _json) = (folder, source, paths, json);

    /// <param name="path">Null: there is no file, and all is said by edits.</param>
    /// <param name="edits">"a.b=c"; they win over the file.</param>
    public static ServingFile Read(string kind, string? path, IReadOnlyList<DefinitionEdit> edits)
    {
        if (path is null)
            return Read(kind, "{}", "command line", Environment.CurrentDirectory, edits);
        if (!File.Exists(path))
            throw SlipwayException.Invalid($"--file: there is no file '{path}'.");
        return Read(kind, File.ReadAllText(path), Path.GetFileName(path), Path.GetDirectoryName(Path.GetFullPath(path))!, edits);
    }

    /// <param name="kept">What a server has, as <see cref="KeptServing"/> says it.</param>
    public static ServingFile OfKept(string kind, JsonObject kept, IReadOnlyList<DefinitionEdit> edits) =>
        Read(kind, kept.ToJsonString(), $"the {kind}", Environment.CurrentDirectory, edits);

    private static ServingFile Read(string kind, string yaml, string source, string folder, IReadOnlyList<DefinitionEdit> edits)
    {
        var file = JobFile.Describe(yaml, source, folder) with { Kind = kind, Edits = edits };
        return new ServingFile(folder, source, Definitions.LocalPaths(file), Definitions.Read(file));
    }

    public string Required(string field, string option) => Text(field)
        ?? throw SlipwayException.Invalid($"There is no '{field}': say it in the file, or with {option}.");

    public string? Text(string field) => _json[field]?.ToString();

    public Dictionary<string, int>? Shares(string field) => _json[field] is JsonObject shares
        ? shares.ToDictionary(share => share.Key, share => (int)(share.Value?.GetValue<long>() ?? 0))
        : null;

    /// <summary>What an endpoint says of itself; what is Slipway's own stands among the properties.</summary>
    public JsonObject EndpointSettings() => new()
    {
        ["auth_mode"] = _json["auth_mode"]?.DeepClone(),
        ["affinity_header"] = _json["properties"]?["slipway.affinity_header"]?.DeepClone(),
        ["affinity_column"] = _json["properties"]?["slipway.affinity_column"]?.DeepClone(),
        ["retention_days"] = Days(_json["properties"]?["slipway.retention_days"]?.ToString()),
        ["description"] = _json["description"]?.DeepClone(),
        ["tags"] = _json["tags"]?.DeepClone(),
    };

    /// <summary>What an endpoint's file says and nothing here does anything with.</summary>
    public IReadOnlyList<string> UnusedOfEndpoint() => [.. s_unusedOfEndpoint.Where(field => _json[field] is not null)];

    /// <summary>What a batch endpoint says of itself; what is null stays as it is.</summary>
    public JsonObject BatchEndpoint() => new()
    {
        ["defaultDeployment"] = _json["defaults"]?["deployment_name"]?.DeepClone(),
        ["description"] = _json["description"]?.DeepClone(),
        ["tags"] = _json["tags"]?.DeepClone(),
    };

    /// <summary>A batch deployment with its files uploaded and its model registered.</summary>
    public async Task<JsonObject> BatchDeploymentAsync(SlipwayClient client, CancellationToken ct)
    {
        var definition = (JsonObject)_json.DeepClone();
        var paths = _paths.ToHashSet(StringComparer.Ordinal);
        if (_json["model"] is JsonObject inline)
        {
            definition["model"] = "azureml:" + await ModelAsync(client, ct);
            paths.Remove(Path.GetRelativePath(".", inline["path"]!.ToString()));
        }

        if (_json["component"]?.ToString() is { } component && paths.Contains(Path.GetRelativePath(".", component)))
            paths.UnionWith(JobFile.Read(Path.Combine(_folder, component), [], "component").Paths.Select(path => Beside(component, path)));
        var files = await new JobFile(_folder, _source, "", [.. paths]).UploadAsync(client, ct);
        return new JsonObject
        {
            ["definition"] = definition.ToJsonString(),
            ["source"] = _source,
            ["files"] = new JsonObject(files.Select(file => KeyValuePair.Create(file.Key, (JsonNode?)file.Value))),
        };
    }

    // A component's paths begin at its own folder.
    private string Beside(string component, string path) =>
        Path.GetRelativePath(_folder, Path.Combine(_folder, Path.GetDirectoryName(component)!, path)).Replace('\\', '/');

    /// <summary>How a deployment runs its model; its code is uploaded.</summary>
    public Task<JsonObject> DeploymentSettingsAsync(SlipwayClient client, CancellationToken ct) => new DeploymentFile(_json, _folder).SettingsAsync(client, ct);

    /// <inheritdoc cref="DeploymentFile.WithoutEffect"/>
    public IReadOnlyList<string> WithoutEffect(JsonNode? settings) => new DeploymentFile(_json, _folder).WithoutEffect(settings);

    /// <summary>The model as the server names it: "late:3". One that is described here is uploaded and registered, once for each content.</summary>
    public async Task<string> ModelAsync(SlipwayClient client, CancellationToken ct)
    {
        switch (_json["model"])
        {
            case JsonObject inline:
                return await RegisterAsync(client, inline, ct);
            case { } reference when reference.ToString() is { Length: > 0 } text:
                return text.StartsWith("azureml:", StringComparison.Ordinal) ? text["azureml:".Length..] : text;
            default:
                throw SlipwayException.Invalid("There is no 'model': say it in the file, or with --model or --set model=azureml:NAME:VERSION.");
        }
    }

    private static int? Days(string? text) => text is null ? null
        : int.TryParse(text, out var days) ? days
        : throw SlipwayException.Invalid($"properties.slipway.retention_days is '{text}'; give a number of days.");

    private async Task<string> RegisterAsync(SlipwayClient client, JsonObject inline, CancellationToken ct)
    {
        var path = inline["path"]!.ToString();
        var local = Path.Combine(_folder, path);
        if (!File.Exists(local) && !Directory.Exists(local))
            throw SlipwayException.Invalid($"model.path: there is no '{path}' here; only files of this machine are uploaded.");
        var name = inline["name"]?.ToString() ?? $"{Required("endpoint_name", "--endpoint-name")}-{Required("name", "--name")}";
        var tree = (await client.Content.UploadAsync(local, ct)).Digest;
        if (await client.Models.FindAsync(name, "latest", ct) is { } latest && latest.Tree == tree)
            return $"{name}:{latest.Version}";
        var isOnnx = local.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)
            || (Directory.Exists(local) && Directory.EnumerateFiles(local, "*.onnx", SearchOption.AllDirectories).Any());
        var body = new JsonObject
        {
            ["tree"] = tree,
            ["flavor"] = inline["type"]?.ToString() == "mlflow_model" ? "mlflow" : isOnnx ? "onnx" : "custom",
            ["description"] = inline["description"]?.DeepClone(),
            ["tags"] = inline["tags"]?.DeepClone(),
        };
        var made = await client.PostAsync($"api/v1/models/{Uri.EscapeDataString(name)}/versions", body, ct);
        return $"{name}:{made!["version"]}";
    }
}
