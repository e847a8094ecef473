using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Cli.Mlflow;

/// <summary>An mlruns folder: experiments, their runs and models as folders, deleted experiments in .trash.</summary>
internal sealed class FileSource(string root) : IMlflowSource
{
    private const string Trash = ".trash";
    private static readonly string[] s_notRuns = ["tags", "datasets", "traces", "models"];
    private readonly List<string> _unknown = [];

    /// <summary>A run's states by MLflow's numbers.</summary>
    public static string[] States { get; } = ["", "RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"];

    public IReadOnlyList<SourceExperiment> Experiments()
    {
        var found = FileStoreText.Things(root, _unknown, Experiment).Concat(FileStoreText.Things(Path.Combine(root, Trash), _unknown, Experiment)).ToList();
        return found.Count > 0
            ? found
            : throw SlipwayException.Invalid($"{root} is no mlruns folder: none of its folders has a meta.yaml with an experiment. {string.Join(" ", _unknown)}".TrimEnd());
    }

    public IEnumerable<SourceRun> Runs(SourceExperiment experiment) => FileStoreText.Things(
        experiment.Folder!,
        _unknown,
        found => s_notRuns.Contains(Path.GetFileName(found.Folder)) ? null : Run(experiment, found.Folder, found.Meta));

    public IEnumerable<SourcePoint> Points(SourceRun run, string key) => MetricLines.Read(Path.Combine(run.Folder!, "metrics", key));

    public IEnumerable<SourceLoggedModel> LoggedModels(SourceExperiment experiment) =>
        FileStoreText.Things(Path.Combine(experiment.Folder!, "models"), _unknown, FileLoggedModels.Read);

    public IEnumerable<SourceTrace> Traces(SourceExperiment experiment)
    {
        var folder = Path.Combine(experiment.Folder!, "traces");
        return !Directory.Exists(folder) ? [] : Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)
            .Select(trace => FileTraces.Read(trace, _unknown)).OfType<SourceTrace>();
    }

    public IEnumerable<SourceModel> Models() => FileStoreText.Things(Path.Combine(root, "models"), _unknown, FileModels.Read);

    public IReadOnlyList<string> Unknown() => _unknown;

    public void Dispose()
    {
    }

    private static SourceExperiment Experiment((string Folder, JsonObject Meta) found)
    {
        var (folder, meta) = found;
        var id = meta.Text("experiment_id") ?? Path.GetFileName(folder);
        var name = meta.Text("name") ?? id;

        // Old clients kept no times; the folder knows when it was made.
        var made = new DateTimeOffset(File.GetLastWriteTimeUtc(Path.Combine(folder, "meta.yaml"))).ToUnixTimeMilliseconds();
        return new SourceExperiment(id, name, meta.Text("artifact_location"), folder, new JsonObject
        {
            ["id"] = id,
            ["name"] = name,
            ["createdAt"] = meta.Number("creation_time") ?? made,
            ["updatedAt"] = meta.Number("last_update_time") ?? made,
            ["deleted"] = meta.Text("lifecycle_stage") == "deleted",
            ["tags"] = FileStoreText.Texts(folder, "tags"),
        });
    }

    private SourceRun Run(SourceExperiment experiment, string folder, JsonObject meta)
    {
        var id = meta.Text("run_id") ?? meta.Text("run_uuid") ?? Path.GetFileName(folder);
        var started = meta.Number("start_time") ?? 0;
        var deleted = meta.Text("lifecycle_stage") == "deleted";
        var body = new JsonObject
        {
            ["id"] = id,
            ["name"] = meta.Text("run_name") is { Length: > 0 } name ? name : meta.Text("name") is { Length: > 0 } old ? old : null,
            ["userId"] = meta.Text("user_id"),
            ["status"] = State(meta.Text("status")),
            ["startedAt"] = started,
            ["endedAt"] = meta.Number("end_time"),
            ["deletedAt"] = deleted ? meta.Number("deleted_time") ?? meta.Number("end_time") ?? started : null,
            ["params"] = FileStoreText.Texts(folder, "params"),
            ["tags"] = FileStoreText.Texts(folder, "tags"),
            ["inputs"] = Inputs(experiment, folder),
            ["modelInputs"] = new JsonArray([.. FileStoreText.Metas(folder, "inputs")
                .Where(input => input.Meta.Text("source_type") == "MODEL").Select(input => (JsonNode?)input.Meta.Text("source_id"))]),
            ["modelOutputs"] = new JsonArray([.. FileStoreText.Metas(folder, "outputs").Select(output => new JsonObject
            {
                ["modelId"] = output.Meta.Text("source_id"),
                ["step"] = output.Meta.Number("step") ?? 0,
            })]),
        };
        return new SourceRun(id, meta.Text("artifact_uri"), folder, Counts(id, folder), body);
    }

    private Dictionary<string, long> Counts(string id, string folder)
    {
        var counts = new Dictionary<string, long>();
        foreach (var (key, file) in FileStoreText.Files(folder, "metrics"))
        {
            var points = new HashSet<SourcePoint>();
            var bad = 0;
            foreach (var line in File.ReadLines(file))
            {
                if (MetricLines.Parse(line) is { } point)
                    points.Add(point);
                else if (line.Trim().Length > 0)
                    bad++;
            }

            if (bad > 0)
                _unknown.Add($"run {id}: {bad} lines of the metric '{key}' are no points");
            if (points.Count > 0)
                counts[key] = points.Count;
        }

        return counts;
    }

    private static JsonArray Inputs(SourceExperiment experiment, string folder) =>
    [
        .. FileStoreText.Metas(folder, "inputs").Where(input => input.Meta.Text("source_type") == "DATASET")
            .Select(input => Input(Path.Combine(experiment.Folder!, "datasets"), input.Meta)).Where(input => input is not null),
    ];

    private static JsonObject? Input(string datasets, JsonObject use) =>
        FileStoreText.Yaml(Path.Combine(datasets, Path.GetFileName(use.Text("source_id") ?? "-")), "meta.yaml") is not { } dataset
            ? null
            : new JsonObject
            {
                ["name"] = dataset.Text("name"),
                ["digest"] = dataset.Text("digest"),
                ["sourceType"] = dataset.Text("source_type"),
                ["source"] = dataset.Text("source"),
                ["schema"] = dataset.Text("schema"),
                ["profile"] = dataset.Text("profile"),
                ["tags"] = use["tags"]?.DeepClone() ?? new JsonObject(),
            };

    private static string State(string? status) => status is null ? "RUNNING"
        : int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? States.ElementAtOrDefault(number) ?? status
            : status;
}
