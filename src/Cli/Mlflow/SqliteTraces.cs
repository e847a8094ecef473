using System.Globalization;
using System.Text.Json.Nodes;

namespace Slipway.Cli.Mlflow;

/// <summary>Traces of an mlflow.db; their spans are in the table 'spans', before MLflow 3.5 in a file among the artifacts.</summary>
internal sealed class SqliteTraces(MlflowDatabase database, SqliteRows rows)
{
    public SourceTrace Read(MlflowDatabase.Row row)
    {
        var id = row.Text("request_id")!;
        var tags = rows.Texts("trace_tags", "key", "value", "request_id", id);
        var info = new JsonObject
        {
            ["trace_id"] = id,
            ["request_time"] = Time(row.Number("timestamp_ms") ?? 0),
            ["execution_duration"] = SourceTraces.Duration(row.Number("execution_time_ms")),
            ["state"] = row.Text("status"),
            ["client_request_id"] = row.Text("client_request_id"),
            ["request_preview"] = row.Text("request_preview"),
            ["response_preview"] = row.Text("response_preview"),
            ["tags"] = tags,
            ["trace_metadata"] = rows.Texts("trace_request_metadata", "key", "value", "request_id", id),
            ["assessments"] = new JsonArray([.. database.Read(
                "assessments",
                "assessment_id, name, assessment_type, value, error, created_timestamp, last_updated_timestamp, source_type, source_id, run_id, span_id, rationale, overrides, valid, assessment_metadata",
                "created_timestamp, assessment_id",
                ("trace_id", id)).Select(Assessment)]),
        };
        var spans = database.Read("spans", "content", "start_time_unix_nano", ("trace_id", id))
            .Select(span => JsonNode.Parse(span.Text("content")!)!.AsObject()).ToList();
        var place = tags.Text("mlflow.artifactLocation");
        return new SourceTrace(
            id,
            info,
            spans.Count > 0 ? spans : place is not null && ArtifactPlaces.LocalPath(place) is { } folder ? SourceTraces.SpansOf(folder) : [],
            place,
            null,
            new TraceLinks(Linked(id, "run"), Linked(id, "prompt_version")));
    }

    private List<string> Linked(string id, string kind) =>
    [
        .. database.Read(
            "entity_associations", "destination_id", "destination_id", ("source_type", "trace"), ("source_id", id), ("destination_type", kind))
            .Select(row => row.Text("destination_id")!),
    ];

    private static JsonObject Assessment(MlflowDatabase.Row row)
    {
        var value = row.Text("value") is { } text ? JsonNode.Parse(text) : null;
        var error = row.Text("error") is { } failed ? JsonNode.Parse(failed) : null;
        var judged = new JsonObject { ["value"] = value };
        if (error is not null)
            judged["error"] = error;
        return new JsonObject
        {
            ["assessment_id"] = row.Text("assessment_id"),
            ["assessment_name"] = row.Text("name"),
            [row.Text("assessment_type") ?? "feedback"] = judged,
            ["create_time"] = Time(row.Number("created_timestamp") ?? 0),
            ["last_update_time"] = Time(row.Number("last_updated_timestamp") ?? 0),
            ["source"] = new JsonObject { ["source_type"] = row.Text("source_type"), ["source_id"] = row.Text("source_id") },
            ["span_id"] = row.Text("span_id"),
            ["rationale"] = row.Text("rationale"),
            ["overrides"] = row.Text("overrides"),
            ["valid"] = row.Number("valid") != 0,
            ["metadata"] = row.Text("assessment_metadata") is { } metadata ? JsonNode.Parse(metadata) : null,
        };
    }

    private static string Time(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
