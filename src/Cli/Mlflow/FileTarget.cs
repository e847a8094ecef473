using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Cli.Mlflow;

/// <summary>An mlruns folder that is being written.</summary>
internal sealed class FileTarget : IMlflowTarget
{
    // What tells a folder of ours, which may be written again, from one that somebody works in.
    private const string Mark = ".slipway-export";

    private static readonly string[] s_ofDatasets = ["digest", "name", "profile", "schema", "source", "source_type"];

    private readonly string _root;
    private readonly FileStoreWriter _files;
    private readonly FileTargetModels _models;
    private readonly FileTargetTraces _traces;

    // The folders of experiments by their ids.
    private readonly Dictionary<string, string> _experiments = [];

    public FileTarget(string root, ImportReport report)
    {
        if (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any() && !File.Exists(Path.Combine(root, Mark)))
            throw SlipwayException.Invalid($"{root} is not empty and no earlier export; name a new folder.");
        Directory.CreateDirectory(root);
        File.WriteAllText(Path.Combine(root, Mark), "Written by slipway mlflow export.\n");
        (_root, _files) = (root, new FileStoreWriter(report));
        (_models, _traces) = (new FileTargetModels(root, _files), new FileTargetTraces(_files));
    }

    public void Experiment(JsonObject experiment)
    {
        var id = (string)experiment["experiment_id"]!;
        var isDeleted = (string?)experiment["lifecycle_stage"] == "deleted";
        var folder = FileStoreWriter.Below(isDeleted ? Path.Combine(_root, ".trash") : _root, id);
        FileStoreWriter.Write(folder, new JsonObject
        {
            ["artifact_location"] = FileStoreWriter.Uri(folder),
            ["creation_time"] = experiment["creation_time"]?.DeepClone(),
            ["experiment_id"] = id,
            ["last_update_time"] = experiment["last_update_time"]?.DeepClone(),
            ["lifecycle_stage"] = isDeleted ? "deleted" : "active",
            ["name"] = (string?)experiment["name"],
        });
        _files.Texts(Path.Combine(folder, "tags"), experiment["tags"]);
        _experiments[id] = folder;
    }

    public string Run(JsonObject run)
    {
        var info = run["info"]!.AsObject();
        var id = (string)info["run_id"]!;
        var experiment = _experiments[(string)info["experiment_id"]!];
        var folder = RunFolder(run);
        var isDeleted = (string?)info["lifecycle_stage"] == "deleted";
        foreach (var part in new[] { "artifacts", "metrics", "params", "tags" })
            Directory.CreateDirectory(Path.Combine(folder, part));
        _files.Texts(Path.Combine(folder, "params"), run["data"]?["params"]);
        _files.Texts(Path.Combine(folder, "tags"), run["data"]?["tags"]);
        foreach (var input in run["inputs"]?["dataset_inputs"] as JsonArray ?? [])
            Input(experiment, folder, id, input!.AsObject());
        foreach (var model in run["inputs"]?["model_inputs"] as JsonArray ?? [])
            Use(Path.Combine(folder, "inputs"), FileStoreWriter.Md5((string)model!["model_id"]! + id), "MODEL", "RUN", (string)model["model_id"]!, []);
        foreach (var model in run["outputs"]?["model_outputs"] as JsonArray ?? [])
        {
            var modelId = (string)model!["model_id"]!;
            Use(Path.Combine(folder, "outputs"), modelId, "RUN_OUTPUT", "MODEL_OUTPUT", modelId, [], (long?)model["step"] ?? 0);
        }

        // Last, since a folder with it is a run to MLflow.
        FileStoreWriter.Write(folder, new JsonObject
        {
            ["artifact_uri"] = FileStoreWriter.IsElsewhere(info["artifact_uri"]) ? info["artifact_uri"]!.DeepClone() : FileStoreWriter.Uri(Path.Combine(folder, "artifacts")),
            ["deleted_time"] = isDeleted ? (info["end_time"] ?? info["start_time"])?.DeepClone() : null,
            ["end_time"] = info["end_time"]?.DeepClone(),
            ["entry_point_name"] = "",
            ["experiment_id"] = (string?)info["experiment_id"],
            ["lifecycle_stage"] = isDeleted ? "deleted" : "active",
            ["run_id"] = id,
            ["run_name"] = (string?)info["run_name"],
            ["source_name"] = "",
            ["source_type"] = 4,
            ["source_version"] = "",
            ["start_time"] = info["start_time"]?.DeepClone(),
            ["status"] = Array.IndexOf(FileSource.States, (string?)info["status"]),
            ["tags"] = new JsonArray(),
            ["user_id"] = (string?)info["user_id"] ?? "",
        });
        return Path.Combine(folder, "artifacts");
    }

    public async Task PointsAsync(JsonObject run, string key, IAsyncEnumerable<SourcePoint> points, CancellationToken ct)
    {
        if (_files.Place(Path.Combine(RunFolder(run), "metrics"), key) is not { } file)
            return;
        await using var lines = new StreamWriter(file, append: false);
        await foreach (var point in points.WithCancellation(ct))
            await lines.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"{point.Time} {FileStoreWriter.Value(point.Value)} {point.Step}\n"));
    }

    public string LoggedModel(JsonObject model) =>
        Path.Combine(_models.LoggedModel(_experiments[(string)model["info"]!["experiment_id"]!], model), "artifacts");

    public string Trace(JsonObject info, JsonArray spans, TraceLinks links) =>
        _traces.Write(_experiments[(string)info["trace_location"]!["mlflow_experiment"]!["experiment_id"]!], info, spans, links);

    public void Model(JsonObject model) => _models.Model(model);

    public void Version(JsonObject version, string? storage) => _models.Version(version, storage);

    public string VersionFolder(JsonObject version) => Path.Combine(_models.VersionFolder(version), "artifacts");

    // Each file is whole by itself.
    public void Complete()
    {
    }

    public void Dispose()
    {
    }

    private string RunFolder(JsonObject run) =>
        FileStoreWriter.Below(_experiments[(string)run["info"]!["experiment_id"]!], (string)run["info"]!["run_id"]!);

    private static void Input(string experiment, string run, string id, JsonObject input)
    {
        var dataset = input["dataset"]!.AsObject();
        var number = FileStoreWriter.Md5((string)dataset["name"]! + (string)dataset["digest"]!);
        FileStoreWriter.Write(Path.Combine(experiment, "datasets", number), new JsonObject(s_ofDatasets
            .Select(field => KeyValuePair.Create(field, (JsonNode?)(string?)dataset[field]))));
        var tags = (input["tags"] as JsonArray ?? []).Select(tag => KeyValuePair.Create((string)tag!["key"]!, (JsonNode?)(string?)tag["value"]));
        Use(Path.Combine(run, "inputs"), FileStoreWriter.Md5(number + id), "DATASET", "RUN", number, new JsonObject(tags));
    }

    private static void Use(string folder, string name, string from, string to, string source, JsonObject tags, long? step = null)
    {
        // MLflow writes the source's id in both places.
        var use = new JsonObject
        {
            ["destination_id"] = source,
            ["destination_type"] = to,
            ["source_id"] = source,
            ["source_type"] = from,
            ["tags"] = tags,
        };
        if (step is not null)
            use["step"] = step;
        FileStoreWriter.Write(FileStoreWriter.Below(folder, name), use);
    }
}
