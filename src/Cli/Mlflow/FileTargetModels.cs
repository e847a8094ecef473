using System.Globalization;
using System.Text.Json.Nodes;

namespace Slipway.Cli.Mlflow;

/// <summary>The logged and registered models of an mlruns folder that is being written.</summary>
internal sealed class FileTargetModels(string root, FileStoreWriter files)
{
    private static readonly string[] s_statuses = ["", "LOGGED_MODEL_PENDING", "LOGGED_MODEL_READY", "LOGGED_MODEL_UPLOAD_FAILED"];

    /// <summary>Writes a logged model; its folder.</summary>
    public string LoggedModel(string experiment, JsonObject model)
    {
        var info = model["info"]!.AsObject();
        var id = (string)info["model_id"]!;
        var folder = FileStoreWriter.Below(Path.Combine(experiment, "models"), id);
        foreach (var part in new[] { "artifacts", "metrics", "params", "tags" })
            Directory.CreateDirectory(Path.Combine(folder, part));
        files.Texts(Path.Combine(folder, "params"), model["data"]?["params"]);
        files.Texts(Path.Combine(folder, "tags"), info["tags"]);
        foreach (var metric in (model["data"]?["metrics"] as JsonArray ?? []).OfType<JsonObject>().GroupBy(point => (string)point["key"]!))
        {
            if (files.Place(Path.Combine(folder, "metrics"), metric.Key) is { } file)
                File.WriteAllLines(file, metric.Select(ModelPoint));
        }

        FileStoreWriter.Write(folder, new JsonObject
        {
            ["artifact_location"] = FileStoreWriter.IsElsewhere(info["artifact_uri"]) ? info["artifact_uri"]!.DeepClone() : FileStoreWriter.Uri(Path.Combine(folder, "artifacts")),
            ["creation_timestamp"] = info["creation_timestamp_ms"]?.DeepClone(),
            ["experiment_id"] = (string?)info["experiment_id"],
            ["last_updated_timestamp"] = info["last_updated_timestamp_ms"]?.DeepClone(),
            ["lifecycle_stage"] = "active",
            ["model_id"] = id,
            ["model_type"] = (string?)info["model_type"],
            ["name"] = (string?)info["name"],
            ["source_run_id"] = (string?)info["source_run_id"],
            ["status"] = Status(info),
            ["status_message"] = (string?)info["status_message"],
        });
        return folder;
    }

    /// <summary>The number of a logged model's state.</summary>
    public static int Status(JsonObject info) => Math.Max(1, Array.IndexOf(s_statuses, (string?)info["status"]));

    public void Model(JsonObject model)
    {
        var folder = FileStoreWriter.Below(Path.Combine(root, "models"), (string)model["name"]!);
        var aliases = new JsonObject((model["aliases"] as JsonArray ?? []).Select(alias =>
            KeyValuePair.Create((string)alias!["alias"]!, (JsonNode?)alias["version"]!.ToString())));
        FileStoreWriter.Write(folder, new JsonObject
        {
            ["aliases"] = aliases,
            ["creation_timestamp"] = model["creation_timestamp"]?.DeepClone(),
            ["description"] = (string?)model["description"],
            ["last_updated_timestamp"] = model["last_updated_timestamp"]?.DeepClone(),
            ["name"] = (string?)model["name"],
        });
        files.Texts(Path.Combine(folder, "tags"), model["tags"]);
        foreach (var (alias, version) in aliases)
            File.WriteAllText(FileStoreWriter.Below(Directory.CreateDirectory(Path.Combine(folder, "aliases")).FullName, alias), (string)version!);
    }

    /// <param name="storage">The folder of its files; null: they are where the source says.</param>
    public void Version(JsonObject version, string? storage)
    {
        var folder = VersionFolder(version);
        var place = storage is null ? (string?)version["source"] : FileStoreWriter.Uri(storage);
        FileStoreWriter.Write(folder, new JsonObject
        {
            ["creation_timestamp"] = version["creation_timestamp"]?.DeepClone(),
            ["current_stage"] = (string?)version["current_stage"] ?? "None",
            ["description"] = (string?)version["description"],
            ["last_updated_timestamp"] = version["last_updated_timestamp"]?.DeepClone(),
            ["name"] = (string?)version["name"],
            ["run_id"] = (string?)version["run_id"],
            ["run_link"] = (string?)version["run_link"],
            ["source"] = place,
            ["status"] = "READY",
            ["status_message"] = null,
            ["storage_location"] = place,
            ["user_id"] = (string?)version["user_id"],
            ["version"] = int.Parse(version["version"]!.ToString(), CultureInfo.InvariantCulture),
        });
        files.Texts(Path.Combine(folder, "tags"), version["tags"]);
    }

    public string VersionFolder(JsonObject version) =>
        FileStoreWriter.Below(FileStoreWriter.Below(Path.Combine(root, "models"), (string)version["name"]!), $"version-{version["version"]}");

    private static string ModelPoint(JsonObject point)
    {
        var value = point["value"] is JsonValue number && number.TryGetValue<double>(out var given) ? given : double.NaN;
        var line = string.Create(
            CultureInfo.InvariantCulture, $"{point["timestamp"]} {FileStoreWriter.Value(value)} {(long?)point["step"] ?? 0} {(string?)point["run_id"]}");
        return point["dataset_name"] is { } name ? $"{line} {name} {point["dataset_digest"]}" : line;
    }
}
