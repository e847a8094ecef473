using System.Text.Json.Nodes;

namespace Slipway.Cli.Mlflow;

/// <summary>What hangs on the rows of an mlflow.db.</summary>
internal sealed class SqliteRows(MlflowDatabase database)
{
    /// <summary>MLflow keeps NaN as 0 with a mark.</summary>
    public static double Value(MlflowDatabase.Row row, string column) =>
        row.Number("is_nan") == 1 ? double.NaN : row.Real(column) ?? double.NaN;

    public JsonObject Texts(string table, string key, string value, string column, object of) => new(database
        .Read(table, $"{key}, {value}", key, (column, of))
        .Select(row => KeyValuePair.Create(row.Text(key)!, (JsonNode?)(row.Text(value) ?? ""))));

    public JsonArray Inputs(string run) =>
    [
        .. database.Read("inputs", "input_uuid, source_id", "input_uuid", ("source_type", "DATASET"), ("destination_type", "RUN"), ("destination_id", run))
            .SelectMany(input => database
                .Read(
                    "datasets", "name, digest, dataset_source_type, dataset_source, dataset_schema, dataset_profile", "",
                    ("dataset_uuid", input.Text("source_id")!))
                .Select(dataset => new JsonObject
                {
                    ["name"] = dataset.Text("name"),
                    ["digest"] = dataset.Text("digest"),
                    ["sourceType"] = dataset.Text("dataset_source_type"),
                    ["source"] = dataset.Text("dataset_source"),
                    ["schema"] = dataset.Text("dataset_schema"),
                    ["profile"] = dataset.Text("dataset_profile"),
                    ["tags"] = Texts("input_tags", "name", "value", "input_uuid", input.Text("input_uuid")!),
                })),
    ];

    public JsonObject LoggedModel(MlflowDatabase.Row row)
    {
        var id = row.Text("model_id")!;
        return new JsonObject
        {
            ["id"] = id,
            ["name"] = row.Text("name") ?? "",
            ["status"] = row.Number("status") ?? 1,
            ["statusMessage"] = row.Text("status_message"),
            ["createdAt"] = row.Number("creation_timestamp_ms") ?? 0,
            ["updatedAt"] = row.Number("last_updated_timestamp_ms") ?? 0,
            ["deleted"] = row.Text("lifecycle_stage") == "deleted",
            ["modelType"] = row.Text("model_type"),
            ["sourceRunId"] = row.Text("source_run_id") is { Length: > 0 } run ? run : null,
            ["params"] = Texts("logged_model_params", "param_key", "param_value", "model_id", id),
            ["tags"] = Texts("logged_model_tags", "tag_key", "tag_value", "model_id", id),
            ["metrics"] = new JsonArray([.. database
                .Read(
                    "logged_model_metrics",
                    "metric_name, metric_timestamp_ms, metric_step, metric_value, run_id, dataset_name, dataset_digest, is_nan",
                    "metric_name, metric_timestamp_ms", ("model_id", id))
                .Select(point => new JsonObject
                {
                    ["key"] = point.Text("metric_name"),
                    ["value"] = FileLoggedModels.Value(Value(point, "metric_value")),
                    ["time"] = point.Number("metric_timestamp_ms") ?? 0,
                    ["step"] = point.Number("metric_step") ?? 0,
                    ["runId"] = point.Text("run_id"),
                    ["datasetName"] = point.Text("dataset_name"),
                    ["datasetDigest"] = point.Text("dataset_digest"),
                })]),
        };
    }
}
