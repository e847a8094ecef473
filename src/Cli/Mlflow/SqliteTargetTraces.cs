using System.Globalization;
using System.Text.Json.Nodes;

namespace Slipway.Cli.Mlflow;

/// <summary>The traces of an mlflow.db that is being written.</summary>
internal sealed class SqliteTargetTraces(MlflowDatabaseWriter database)
{
    // What MLflow groups the costs of spans by, beside their text.
    private static readonly string[] s_dimensions = ["mlflow.llm.model", "mlflow.llm.provider"];

    private static readonly string[] s_kinds = ["feedback", "expectation", "issue"];

    public void Write(JsonObject info, JsonArray spans, TraceLinks links)
    {
        var id = (string)info["trace_id"]!;
        var experiment = SqliteTarget.Number((string)info["trace_location"]!["mlflow_experiment"]!["experiment_id"]!);
        database.Insert(
            "trace_info",
            ("request_id", id),
            ("experiment_id", experiment),
            ("timestamp_ms", Time(info["request_time"])),
            ("execution_time_ms", SourceTraces.Milliseconds((string?)info["execution_duration"])),
            ("status", (string?)info["state"]),
            ("client_request_id", (string?)info["client_request_id"]),
            ("request_preview", (string?)info["request_preview"]),
            ("response_preview", (string?)info["response_preview"]));
        foreach (var (key, value) in info["tags"] as JsonObject ?? [])
            database.Insert("trace_tags", ("key", key), ("value", (string?)value), ("request_id", id));
        foreach (var (key, value) in info["trace_metadata"] as JsonObject ?? [])
            database.Insert("trace_request_metadata", ("key", key), ("value", (string?)value), ("request_id", id));
        if ((string?)info["trace_metadata"]?["mlflow.trace.tokenUsage"] is { } usage && JsonNode.Parse(usage) is JsonObject counts)
        {
            foreach (var (key, value) in counts)
                database.Insert("trace_metrics", ("request_id", id), ("key", key), ("value", SqliteTarget.Real(value)));
        }

        foreach (var span in spans.OfType<JsonObject>())
            Span(id, experiment, span);
        foreach (var assessment in (info["assessments"] as JsonArray ?? []).OfType<JsonObject>())
            Assessment(id, assessment);
        foreach (var run in links.Runs)
            Link(info, "run", run);
        foreach (var prompt in links.Prompts)
            Link(info, "prompt_version", prompt);
    }

    // When it was linked, nobody kept.
    private void Link(JsonObject info, string kind, string to) => database.Insert(
        "entity_associations",
        ("association_id", FileStoreWriter.Md5($"{info["trace_id"]} {kind} {to}")),
        ("source_type", "trace"),
        ("source_id", (string?)info["trace_id"]),
        ("destination_type", kind),
        ("destination_id", to),
        ("created_time", Time(info["request_time"])));

    private void Span(string trace, long experiment, JsonObject span)
    {
        var id = Hex(span["span_id"]);
        database.Insert(
            "spans",
            ("trace_id", trace),
            ("experiment_id", experiment),
            ("span_id", id),
            ("parent_span_id", Hex(span["parent_span_id"])),
            ("name", (string?)span["name"]),
            ("type", (string?)Attribute(span, "mlflow.spanType")),
            ("status", ((string?)span["status"]?["code"])?.Replace("STATUS_CODE_", "", StringComparison.Ordinal) ?? "UNSET"),
            ("start_time_unix_nano", (long?)span["start_time_unix_nano"]),
            ("end_time_unix_nano", (long?)span["end_time_unix_nano"]),
            ("dimension_attributes", Dimensions(span)),
            ("content", span.ToJsonString()));
        foreach (var (key, cost) in Attribute(span, "mlflow.llm.cost") as JsonObject ?? [])
            database.Insert("span_metrics", ("trace_id", trace), ("span_id", id), ("key", key), ("value", SqliteTarget.Real(cost)));
    }

    private static string? Dimensions(JsonObject span)
    {
        var found = new JsonObject();
        foreach (var key in s_dimensions)
        {
            if (Attribute(span, key) is { } value)
                found[key] = value;
        }

        return found.Count > 0 ? found.ToJsonString() : null;
    }

    private static JsonNode? Attribute(JsonObject span, string key) =>
        (string?)span["attributes"]?[key] is { } text ? JsonNode.Parse(text) : null;

    private void Assessment(string trace, JsonObject assessment)
    {
        var kind = s_kinds.First(assessment.ContainsKey);
        var value = (string?)assessment[kind]?["serialized_value"]?["value"] ?? assessment[kind]?["value"]?.ToJsonString() ?? "null";
        database.Insert(
            "assessments",
            ("assessment_id", (string?)assessment["assessment_id"]),
            ("trace_id", trace),
            ("name", (string?)assessment["assessment_name"]),
            ("assessment_type", kind),
            ("value", value),
            ("error", assessment[kind]?["error"]?.ToJsonString()),
            ("created_timestamp", Time(assessment["create_time"])),
            ("last_updated_timestamp", Time(assessment["last_update_time"])),
            ("source_type", (string?)assessment["source"]?["source_type"] ?? "CODE"),
            ("source_id", (string?)assessment["source"]?["source_id"]),
            ("run_id", (string?)assessment["metadata"]?["mlflow.assessment.sourceRunId"]),
            ("span_id", (string?)assessment["span_id"]),
            ("rationale", (string?)assessment["rationale"]),
            ("overrides", (string?)assessment["overrides"]),
            ("valid", (bool?)assessment["valid"] ?? true),
            ("assessment_metadata", assessment["metadata"]?.ToJsonString()));
    }

    private static long Time(JsonNode? time) =>
        DateTimeOffset.Parse((string)time!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();

    private static string? Hex(JsonNode? base64) => SourceTraces.Base64((string?)base64);
}
