using System.Text.Json.Nodes;

namespace Slipway.Cli.Mlflow;

/// <summary>The traces of an mlruns folder that is being written.</summary>
internal sealed class FileTargetTraces(FileStoreWriter files)
{
    // A server keeps spans in its database; a folder has them in a file.
    private static readonly string[] s_places = ["mlflow.artifactLocation", "mlflow.trace.spansLocation"];

    /// <summary>The folder of its artifacts.</summary>
    public string Write(string experiment, JsonObject info, JsonArray spans, TraceLinks links)
    {
        var id = (string)info["trace_id"]!;
        var folder = FileStoreWriter.Below(Path.Combine(experiment, "traces"), id);
        var artifacts = Directory.CreateDirectory(Path.Combine(folder, "artifacts")).FullName;
        File.WriteAllText(Path.Combine(artifacts, "traces.json"), new JsonObject { ["spans"] = spans }.ToJsonString());
        File.Delete(FileTraces.LinksOf(folder));
        if (!links.IsEmpty)
            File.WriteAllText(FileTraces.LinksOf(folder), links.ToJson().ToJsonString());
        foreach (var assessment in info["assessments"] as JsonArray ?? [])
            FileStoreWriter.Write(Path.Combine(folder, "assessments"), assessment!.AsObject(), $"{assessment["assessment_id"]}.yaml");
        files.Texts(Path.Combine(folder, "request_metadata"), info["trace_metadata"] as JsonObject ?? []);
        files.Texts(Path.Combine(folder, "tags"), new JsonObject((info["tags"] as JsonObject ?? [])
            .Where(tag => !s_places.Contains(tag.Key)).Select(tag => KeyValuePair.Create(tag.Key, tag.Value?.DeepClone()))
            .Append(KeyValuePair.Create(s_places[0], (JsonNode?)FileStoreWriter.Uri(artifacts)))));

        // Last, since a folder with it is a trace to MLflow.
        var meta = new JsonObject
        {
            ["trace_id"] = id,
            ["trace_location"] = info["trace_location"]?.DeepClone(),
            ["request_time"] = info["request_time"]?.DeepClone(),
            ["state"] = info["state"]?.DeepClone(),
        };
        if (SourceTraces.Milliseconds((string?)info["execution_duration"]) is { } duration)
            meta["execution_duration_ms"] = duration;
        foreach (var field in new[] { "client_request_id", "request_preview", "response_preview" })
        {
            if (info[field] is { } value)
                meta[field] = value.DeepClone();
        }

        FileStoreWriter.Write(folder, meta, "trace_info.yaml");
        return artifacts;
    }
}
