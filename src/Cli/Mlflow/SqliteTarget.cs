using System.Globalization;
using System.Text.Json.Nodes;

namespace Slipway.Cli.Mlflow;

/// <summary>
/// An mlflow.db that is being written, with a folder of artifacts beside it. The places of artifacts stay as they are
/// (mlflow-artifacts:/1/RUN/artifacts), which an MLflow server with that folder as its --artifacts-destination serves.
/// </summary>
internal sealed class SqliteTarget : IMlflowTarget
{
    private readonly MlflowDatabaseWriter _database;
    private readonly string _artifacts;
    private readonly SqliteTargetModels _models;
    private readonly SqliteTargetTraces _traces;

    public SqliteTarget(string file, string artifacts)
    {
        (_database, _artifacts) = (new MlflowDatabaseWriter(file), artifacts);
        (_models, _traces) = (new SqliteTargetModels(_database), new SqliteTargetTraces(_database));
    }

    public void Experiment(JsonObject experiment)
    {
        var id = Number((string)experiment["experiment_id"]!);
        _database.Insert(
            "experiments",
            ("experiment_id", id),
            ("name", (string?)experiment["name"]),
            ("artifact_location", (string?)experiment["artifact_location"]),
            ("lifecycle_stage", (string?)experiment["lifecycle_stage"]),
            ("creation_time", (long?)experiment["creation_time"]),
            ("last_update_time", (long?)experiment["last_update_time"]));
        foreach (var (key, value) in Pairs(experiment["tags"]))
            _database.Insert("experiment_tags", ("key", key), ("value", value), ("experiment_id", id));
    }

    public string Run(JsonObject run)
    {
        var info = run["info"]!.AsObject();
        var id = (string)info["run_id"]!;
        var isDeleted = (string?)info["lifecycle_stage"] == "deleted";
        _database.Insert(
            "runs",
            ("run_uuid", id),
            ("name", (string?)info["run_name"]),
            ("source_type", "UNKNOWN"),
            ("source_name", ""),
            ("entry_point_name", ""),
            ("user_id", (string?)info["user_id"]),
            ("status", (string?)info["status"]),
            ("start_time", (long?)info["start_time"]),
            ("end_time", (long?)info["end_time"]),
            ("source_version", ""),
            ("lifecycle_stage", (string?)info["lifecycle_stage"]),
            ("artifact_uri", (string?)info["artifact_uri"]),
            ("experiment_id", Number((string)info["experiment_id"]!)),
            ("deleted_time", isDeleted ? (long?)(info["end_time"] ?? info["start_time"]) : null));
        foreach (var table in new[] { "params", "tags" })
        {
            foreach (var (key, value) in Pairs(run["data"]?[table]))
                _database.Insert(table, ("key", key), ("value", value), ("run_uuid", id));
        }

        foreach (var metric in (run["data"]?["metrics"] as JsonArray ?? []).OfType<JsonObject>())
            Point("latest_metrics", id, (string)metric["key"]!, new SourcePoint((long)metric["timestamp"]!, (long?)metric["step"] ?? 0, Real(metric["value"])));
        Uses(run, id, Number((string)info["experiment_id"]!));
        return Folder((string?)info["artifact_uri"]);
    }

    public async Task PointsAsync(JsonObject run, string key, IAsyncEnumerable<SourcePoint> points, CancellationToken ct)
    {
        var id = (string)run["info"]!["run_id"]!;
        await foreach (var point in points.WithCancellation(ct))
            Point("metrics", id, key, point);
    }

    public string LoggedModel(JsonObject model)
    {
        _models.LoggedModel(model);
        return Folder((string?)model["info"]!["artifact_uri"]);
    }

    public string Trace(JsonObject info, JsonArray spans, TraceLinks links)
    {
        _traces.Write(info, spans, links);
        return Folder((string?)info["tags"]?["mlflow.artifactLocation"]);
    }

    public void Model(JsonObject model) => _models.Model(model);

    public void Version(JsonObject version, string? storage) => _models.Version(version);

    public string VersionFolder(JsonObject version) => Folder((string?)version["source"]);

    public void Complete() => _database.Complete();

    public void Dispose() => _database.Dispose();

    public static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>NaN is a text on the wire.</summary>
    public static double Real(JsonNode? value) => value is JsonValue number && number.TryGetValue<double>(out var given) ? given : double.NaN;

    public static IEnumerable<(string Key, string Value)> Pairs(JsonNode? pairs) =>
        (pairs as JsonArray ?? []).Select(pair => ((string)pair!["key"]!, (string?)pair["value"] ?? ""));

    private void Point(string table, string run, string key, SourcePoint point) => _database.Insert(
        table,
        ("key", key),
        ("value", double.IsNaN(point.Value) ? 0 : point.Value),
        ("timestamp", point.Time),
        ("step", point.Step),
        ("is_nan", double.IsNaN(point.Value)),
        ("run_uuid", run));

    private void Uses(JsonObject run, string id, long experiment)
    {
        foreach (var input in run["inputs"]?["dataset_inputs"] as JsonArray ?? [])
        {
            var dataset = input!["dataset"]!;
            var number = FileStoreWriter.Md5($"{experiment} {dataset["name"]} {dataset["digest"]}");
            _database.Insert(
                "datasets",
                ("dataset_uuid", number),
                ("experiment_id", experiment),
                ("name", (string?)dataset["name"]),
                ("digest", (string?)dataset["digest"]),
                ("dataset_source_type", (string?)dataset["source_type"]),
                ("dataset_source", (string?)dataset["source"]),
                ("dataset_schema", (string?)dataset["schema"]),
                ("dataset_profile", (string?)dataset["profile"]));
            Use("DATASET", number, "RUN", id);
            foreach (var (key, value) in Pairs(input["tags"]))
                _database.Insert("input_tags", ("input_uuid", UseId("DATASET", number, id)), ("name", key), ("value", value));
        }

        foreach (var model in run["inputs"]?["model_inputs"] as JsonArray ?? [])
            Use("RUN_INPUT", id, "MODEL_INPUT", (string)model!["model_id"]!);
        foreach (var model in run["outputs"]?["model_outputs"] as JsonArray ?? [])
            Use("RUN_OUTPUT", id, "MODEL_OUTPUT", (string)model!["model_id"]!, (long?)model["step"] ?? 0);
    }

    private void Use(string from, string source, string to, string destination, long step = 0) => _database.Insert(
        "inputs",
        ("input_uuid", UseId(from, source, destination)),
        ("source_type", from),
        ("source_id", source),
        ("destination_type", to),
        ("destination_id", destination),
        ("step", step));

    private static string UseId(string from, string source, string destination) => FileStoreWriter.Md5($"{from} {source} {destination}");

    // Below the artifacts as a server finds them by their place; what is elsewhere is not asked for.
    private string Folder(string? uri) => FileStoreWriter.IsElsewhere(uri)
        ? _artifacts
        : FileStoreWriter.Below(_artifacts, uri!["mlflow-artifacts:/".Length..].Trim('/'));
}
