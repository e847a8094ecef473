using System.Globalization;
using System.Text.Json.Nodes;

namespace Slipway.Cli.Mlflow;

/// <summary>The logged and registered models of an mlflow.db that is being written.</summary>
internal sealed class SqliteTargetModels(MlflowDatabaseWriter database)
{
    // Where the files of a version are that names its logged model.
    private readonly Dictionary<string, string?> _places = [];

    public void LoggedModel(JsonObject model)
    {
        var info = model["info"]!.AsObject();
        var id = (string)info["model_id"]!;
        var experiment = SqliteTarget.Number((string)info["experiment_id"]!);
        _places["models:/" + id] = (string?)info["artifact_uri"];
        database.Insert(
            "logged_models",
            ("model_id", id),
            ("experiment_id", experiment),
            ("name", (string?)info["name"] ?? ""),
            ("artifact_location", (string?)info["artifact_uri"]),
            ("creation_timestamp_ms", (long?)info["creation_timestamp_ms"]),
            ("last_updated_timestamp_ms", (long?)info["last_updated_timestamp_ms"]),
            ("status", FileTargetModels.Status(info)),
            ("lifecycle_stage", "active"),
            ("model_type", (string?)info["model_type"]),
            ("source_run_id", (string?)info["source_run_id"]),
            ("status_message", (string?)info["status_message"]));
        foreach (var (key, value) in SqliteTarget.Pairs(model["data"]?["params"]))
            database.Insert("logged_model_params", ("model_id", id), ("experiment_id", experiment), ("param_key", key), ("param_value", value));
        foreach (var (key, value) in SqliteTarget.Pairs(info["tags"]))
            database.Insert("logged_model_tags", ("model_id", id), ("experiment_id", experiment), ("tag_key", key), ("tag_value", value));
        foreach (var point in (model["data"]?["metrics"] as JsonArray ?? []).OfType<JsonObject>())
            Point(id, experiment, point);
    }

    public void Model(JsonObject model)
    {
        var name = (string)model["name"]!;
        database.Insert(
            "registered_models",
            ("name", name),
            ("creation_time", (long?)model["creation_timestamp"]),
            ("last_updated_time", (long?)model["last_updated_timestamp"]),
            ("description", (string?)model["description"]));
        foreach (var (key, value) in SqliteTarget.Pairs(model["tags"]))
            database.Insert("registered_model_tags", ("key", key), ("value", value), ("name", name));
        foreach (var alias in (model["aliases"] as JsonArray ?? []).OfType<JsonObject>())
        {
            database.Insert(
                "registered_model_aliases", ("alias", (string?)alias["alias"]), ("version", Number(alias)), ("name", name));
        }
    }

    public void Version(JsonObject version)
    {
        var (name, number, source) = ((string)version["name"]!, Number(version), (string?)version["source"] ?? "");
        database.Insert(
            "model_versions",
            ("name", name),
            ("version", number),
            ("creation_time", (long?)version["creation_timestamp"]),
            ("last_updated_time", (long?)version["last_updated_timestamp"]),
            ("description", (string?)version["description"]),
            ("user_id", (string?)version["user_id"]),
            ("current_stage", (string?)version["current_stage"] ?? "None"),
            ("source", source),
            ("run_id", (string?)version["run_id"]),
            ("status", "READY"),
            ("run_link", (string?)version["run_link"]),
            ("storage_location", _places.GetValueOrDefault(source, source)));
        foreach (var (key, value) in SqliteTarget.Pairs(version["tags"]))
            database.Insert("model_version_tags", ("key", key), ("value", value), ("name", name), ("version", number));
    }

    private static int Number(JsonObject version) => int.Parse(version["version"]!.ToString(), CultureInfo.InvariantCulture);

    private void Point(string model, long experiment, JsonObject point)
    {
        var value = SqliteTarget.Real(point["value"]);
        database.Insert(
            "logged_model_metrics",
            ("model_id", model),
            ("metric_name", (string?)point["key"]),
            ("metric_timestamp_ms", (long?)point["timestamp"]),
            ("metric_step", (long?)point["step"] ?? 0),
            ("metric_value", double.IsNaN(value) ? null : value),
            ("experiment_id", experiment),
            ("run_id", (string?)point["run_id"]),
            ("dataset_name", (string?)point["dataset_name"]),
            ("dataset_digest", (string?)point["dataset_digest"]));
    }
}
