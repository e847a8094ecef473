using System.Globalization;
using System.Text.Json.Nodes;

namespace Slipway.Cli.Mlflow;

/// <summary>Logged models of an mlruns folder.</summary>
internal static class FileLoggedModels
{
    public static SourceLoggedModel Read((string Folder, JsonObject Meta) found)
    {
        var (folder, meta) = found;
        var id = meta.Text("model_id") ?? Path.GetFileName(folder);
        return new SourceLoggedModel(id, meta.Text("artifact_location"), folder, new JsonObject
        {
            ["id"] = id,
            ["name"] = meta.Text("name") ?? "",
            ["status"] = meta.Number("status") ?? 1,
            ["statusMessage"] = meta.Text("status_message"),
            ["createdAt"] = meta.Number("creation_timestamp") ?? 0,
            ["updatedAt"] = meta.Number("last_updated_timestamp") ?? 0,
            ["deleted"] = meta.Text("lifecycle_stage") == "deleted",
            ["modelType"] = meta.Text("model_type"),
            ["sourceRunId"] = meta.Text("source_run_id") is { Length: > 0 } run ? run : null,
            ["params"] = FileStoreText.Texts(folder, "params"),
            ["tags"] = FileStoreText.Texts(folder, "tags"),
            ["metrics"] = new JsonArray([.. FileStoreText.Files(folder, "metrics")
                .SelectMany(file => File.ReadLines(file.File).Select(line => Point(file.Key, line))).Where(point => point is not null)]),
        });
    }

    // "1700000000000 0.5 3 RUN", and the name and digest of a data set.
    private static JsonObject? Point(string key, string line)
    {
        var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 4 || MetricLines.Parse(line) is not { } point)
            return null;
        return new JsonObject
        {
            ["key"] = key,
            ["value"] = Value(point.Value),
            ["time"] = point.Time,
            ["step"] = point.Step,
            ["runId"] = parts[3],
            ["datasetName"] = parts.ElementAtOrDefault(4),
            ["datasetDigest"] = parts.ElementAtOrDefault(5),
        };
    }

    /// <summary>A number, or the text that stands for one that JSON has not.</summary>
    public static JsonNode Value(double value) =>
        double.IsFinite(value) ? value : value.ToString(CultureInfo.InvariantCulture);
}
