using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Cli.Mlflow;

/// <summary>Traces of an mlruns folder.</summary>
internal static class FileTraces
{
    /// <summary>Null when the folder holds none, or one of a form that is not known; that is told.</summary>
    public static SourceTrace? Read(string folder, List<string> unknown)
    {
        if (FileStoreText.Yaml(folder, "trace_info.yaml") is not { } meta)
            return null;
        if (meta.Text("trace_id") is not { } id)
        {
            unknown.Add($"trace {Path.GetFileName(folder)}: its trace_info.yaml has no trace_id");
            return null;
        }

        var info = new JsonObject
        {
            ["trace_id"] = id,
            ["request_time"] = meta.Text("request_time"),
            ["execution_duration"] = SourceTraces.Duration(meta.Number("execution_duration_ms")),
            ["state"] = meta.Text("state"),
            ["client_request_id"] = meta.Text("client_request_id"),
            ["request_preview"] = meta.Text("request_preview"),
            ["response_preview"] = meta.Text("response_preview"),
            ["tags"] = FileStoreText.Texts(folder, "tags"),
            ["trace_metadata"] = FileStoreText.Texts(folder, "request_metadata"),
            ["assessments"] = new JsonArray([.. Assessments(folder)]),
        };
        return new SourceTrace(
            id, info, SourceTraces.SpansOf(Path.Combine(folder, "artifacts")), info["tags"]!.AsObject().Text("mlflow.artifactLocation"), folder, Links(folder));
    }

    /// <summary>MLflow's own folders have no links, and pass over this file.</summary>
    public static string LinksOf(string folder) => Path.Combine(folder, "links.json");

    private static TraceLinks Links(string folder) =>
        TraceLinks.Read(File.Exists(LinksOf(folder)) ? JsonNode.Parse(File.ReadAllText(LinksOf(folder))) as JsonObject : null);

    private static IEnumerable<JsonNode> Assessments(string folder) => FileStoreText.Files(folder, "assessments")
        .Select(file => FileStoreText.Yaml(Path.GetDirectoryName(file.File)!, Path.GetFileName(file.File))!)
        .Select(Typed);

    // YAML's scalars are texts here; an assessment's value has a type.
    private static JsonObject Typed(JsonObject assessment)
    {
        foreach (var kind in new[] { "feedback", "expectation" })
        {
            if (assessment[kind] is JsonObject judged && judged.Text("value") is { } text)
                judged["value"] = Scalar(text);
        }

        assessment["valid"] = assessment.Text("valid") != "false";
        return assessment;
    }

    private static JsonNode? Scalar(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonValue value ? value : text;
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
