using System.Globalization;
using System.Text.Json.Nodes;

namespace Slipway.Cli.Mlflow;

/// <summary>An mlflow.db.</summary>
/// <param name="workspace">Which of the source's workspaces; MLflow before 3.11 has none.</param>
internal sealed class SqliteSource(MlflowDatabase database, string workspace) : IMlflowSource
{
    // What is read here, or follows from what is.
    private static readonly string[] s_known =
    [
        "alembic_version", "experiments", "experiment_tags", "runs", "metrics", "latest_metrics", "params", "tags", "datasets", "inputs",
        "input_tags", "logged_models", "logged_model_metrics", "logged_model_params", "logged_model_tags", "registered_models",
        "registered_model_tags", "registered_model_aliases", "model_versions", "model_version_tags", "trace_info", "trace_tags",
        "trace_request_metadata", "spans", "assessments", "workspaces", "trace_metrics", "span_metrics",
        "entity_associations",
    ];

    private readonly SqliteRows _rows = new(database);

    public IReadOnlyList<SourceExperiment> Experiments() =>
    [
        .. OfWorkspace("experiments", "experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time", "experiment_id")
            .Select(row =>
            {
                var id = row.Text("experiment_id")!;
                return new SourceExperiment(id, row.Text("name")!, row.Text("artifact_location"), null, new JsonObject
                {
                    ["id"] = id,
                    ["name"] = row.Text("name"),
                    ["createdAt"] = row.Number("creation_time") ?? 0,
                    ["updatedAt"] = row.Number("last_update_time") ?? 0,
                    ["deleted"] = row.Text("lifecycle_stage") == "deleted",
                    ["tags"] = _rows.Texts("experiment_tags", "key", "value", "experiment_id", Number(id)),
                });
            }),
    ];

    public IEnumerable<SourceRun> Runs(SourceExperiment experiment) => database.Read(
        "runs",
        "run_uuid, name, user_id, status, start_time, end_time, deleted_time, lifecycle_stage, artifact_uri",
        "start_time, run_uuid",
        ("experiment_id", Number(experiment.Id))).Select(Run);

    public IEnumerable<SourcePoint> Points(SourceRun run, string key) => database
        .Read("metrics", "timestamp, step, value, is_nan", "timestamp, step", ("run_uuid", run.Id), ("key", key))
        .Select(row => new SourcePoint(row.Number("timestamp") ?? 0, row.Number("step") ?? 0, SqliteRows.Value(row, "value")));

    public IEnumerable<SourceLoggedModel> LoggedModels(SourceExperiment experiment) => database.Read(
        "logged_models",
        "model_id, name, artifact_location, creation_timestamp_ms, last_updated_timestamp_ms, status, lifecycle_stage, model_type, source_run_id, status_message",
        "model_id",
        ("experiment_id", Number(experiment.Id))).Select(row => new SourceLoggedModel(
            row.Text("model_id")!, row.Text("artifact_location"), null, _rows.LoggedModel(row)));

    public IEnumerable<SourceTrace> Traces(SourceExperiment experiment) => database.Read(
        "trace_info",
        "request_id, timestamp_ms, execution_time_ms, status, client_request_id, request_preview, response_preview",
        "request_id",
        ("experiment_id", Number(experiment.Id))).Select(new SqliteTraces(database, _rows).Read);

    public IEnumerable<SourceModel> Models() =>
        OfWorkspace("registered_models", "name, creation_time, last_updated_time, description", "name")
            .Select(row => new SourceModel(
                row.Text("name")!,
                new JsonObject
                {
                    ["name"] = row.Text("name"),
                    ["createdAt"] = row.Number("creation_time") ?? 0,
                    ["updatedAt"] = row.Number("last_updated_time") ?? 0,
                    ["description"] = row.Text("description"),
                    ["tags"] = _rows.Texts("registered_model_tags", "key", "value", "name", row.Text("name")!),
                    ["aliases"] = new JsonObject(database
                        .Read("registered_model_aliases", "alias, version", "alias", ("name", row.Text("name")!))
                        .Select(alias => KeyValuePair.Create(alias.Text("alias")!, (JsonNode?)alias.Number("version")))),
                },
                [.. Versions(row.Text("name")!)]));

    public IReadOnlyList<string> Unknown()
    {
        var unknown = database.Tables.Except(s_known).Where(table => !table.StartsWith("sqlite_", StringComparison.Ordinal))
            .Select(table => (table, Rows: database.Count(table))).Where(table => table.Rows > 0)
            .Select(table => $"table {table.table}: {table.Rows} rows are of a kind that is not imported").ToList();
        var others = database.Has("experiments", "workspace")
            ? database.Read("experiments", "workspace", "").Select(row => row.Text("workspace")!).Where(name => name != workspace).Distinct().ToList()
            : [];
        if (others.Count > 0)
            unknown.Add($"the source has experiments in other workspaces ({string.Join(", ", others)}); import them with --source-workspace");
        return unknown;
    }

    public void Dispose() => database.Dispose();

    private SourceRun Run(MlflowDatabase.Row row)
    {
        var id = row.Text("run_uuid")!;
        var started = row.Number("start_time") ?? 0;
        return new SourceRun(id, row.Text("artifact_uri"), null, database.CountBy("metrics", "key", "run_uuid", id), new JsonObject
        {
            ["id"] = id,
            ["name"] = row.Text("name") is { Length: > 0 } name ? name : null,
            ["userId"] = row.Text("user_id"),
            ["status"] = row.Text("status") ?? "RUNNING",
            ["startedAt"] = started,
            ["endedAt"] = row.Number("end_time"),
            ["deletedAt"] = row.Text("lifecycle_stage") == "deleted" ? row.Number("deleted_time") ?? row.Number("end_time") ?? started : null,
            ["params"] = _rows.Texts("params", "key", "value", "run_uuid", id),
            ["tags"] = _rows.Texts("tags", "key", "value", "run_uuid", id),
            ["inputs"] = _rows.Inputs(id),
            ["modelInputs"] = new JsonArray([.. database
                .Read("inputs", "destination_id", "destination_id", ("source_type", "RUN_INPUT"), ("source_id", id))
                .Select(input => (JsonNode?)input.Text("destination_id"))]),
            ["modelOutputs"] = new JsonArray([.. database
                .Read("inputs", "destination_id, step", "destination_id", ("source_type", "RUN_OUTPUT"), ("source_id", id))
                .Select(output => new JsonObject { ["modelId"] = output.Text("destination_id"), ["step"] = output.Number("step") ?? 0 })]),
        });
    }

    private IEnumerable<SourceVersion> Versions(string model) => database.Read(
            "model_versions",
            "version, creation_time, last_updated_time, description, user_id, current_stage, source, run_id, run_link, storage_location",
            "version",
            ("name", model))
        .Where(row => row.Text("current_stage") != FileModels.DeletedStage)
        .Select(row => new SourceVersion(
            (int)row.Number("version")!, row.Text("source") ?? "", row.Text("storage_location"),
            row.Text("run_id") is { Length: > 0 } run ? run : null, new JsonObject
            {
                ["number"] = row.Number("version"),
                ["createdAt"] = row.Number("creation_time") ?? 0,
                ["updatedAt"] = row.Number("last_updated_time") ?? 0,
                ["runId"] = row.Text("run_id") is { Length: > 0 } id ? id : null,
                ["runLink"] = row.Text("run_link"),
                ["description"] = row.Text("description"),
                ["createdBy"] = row.Text("user_id"),
                ["stage"] = row.Text("current_stage"),
                ["tags"] = new JsonObject(database
                    .Read("model_version_tags", "key, value", "key", ("name", model), ("version", row.Number("version")!.Value))
                    .Select(tag => KeyValuePair.Create(tag.Text("key")!, (JsonNode?)(tag.Text("value") ?? "")))),
            }));

    private IEnumerable<MlflowDatabase.Row> OfWorkspace(string table, string columns, string order) =>
        database.Has(table, "workspace")
            ? database.Read(table, columns, order, ("workspace", workspace))
            : database.Read(table, columns, order);

    private static long Number(string id) => long.Parse(id, CultureInfo.InvariantCulture);
}
