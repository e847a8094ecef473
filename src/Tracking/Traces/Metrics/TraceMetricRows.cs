using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapper;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Contracts.Filters;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Traces.Metrics;

/// <summary>
/// Reads the rows of a trace metric one after the other. They are aggregated here rather than in SQL: tokens and costs
/// stand in JSON, and SQLite has no percentiles.
/// </summary>
internal sealed class TraceMetricRows(Database database)
{
    private const int TimeColumn = 0, ValueColumn = 1, ContentColumn = 2, FirstDimension = 3;

    public async Task CollectAsync(WorkspaceName workspace, TraceMetricQuery query, MetricGroups groups, CancellationToken ct)
    {
        var sql = new FilterSql(database.Dialect);
        var text = Select(workspace, query, sql);
        await using var connection = await database.OpenAsync(ct);
        await using var reader = await connection.ExecuteReaderAsync(new CommandDefinition(text, sql.Parameters, cancellationToken: ct));
        while (await reader.ReadAsync(ct))
        {
            var content = reader.IsDBNull(ContentColumn) ? null : JsonNode.Parse(reader.GetString(ContentColumn)) as JsonObject;
            if (Value(query.Metric, reader, content) is { } value && Dimensions(query, reader, content) is { } dimensions)
                groups.Add(Bucket(query, reader), dimensions, value);
        }
    }

    private string Select(WorkspaceName workspace, TraceMetricQuery query, FilterSql sql)
    {
        var metric = query.Metric;
        var content = metric.Value == MetricValue.SpanCost || query.Dimensions.Any(IsOfContent) ? "s.content" : "null";
        var names = query.Dimensions.Contains("trace_name")
            ? "join trace_tags n on n.trace_no = t.no and n.key = 'mlflow.traceName'"
            : "";
        var columns = string.Concat(query.Dimensions.Select(dimension => ", " + Column(dimension)));
        var where = $"t.workspace = {sql.Add(workspace.Value)} and {database.Dialect.AnyOf("t.experiment_id", sql.Add(query.Experiments.ToArray()))}";
        if (query.From is { } from)
            where += $" and t.requested_at >= {sql.Add(from)}";
        if (query.To is { } to)
            where += $" and t.requested_at <= {sql.Add(to)}";
        if (metric.Value == MetricValue.SpanCost)
            where += $" and {database.Dialect.Like("s.text", sql.Add("%mlflow.llm.cost%"))}";
        return
            $"""
            select {Time(metric.View)}, {metric.Column}, {content}{columns}
            from traces t {View(metric.View)} {metric.Join} {names}
            where {where}{new TraceMetricFilters(sql).Where(metric.View, query.Filters)}
            """;
    }

    private static long? Bucket(TraceMetricQuery query, DbDataReader reader)
    {
        if (query.Interval is not { } seconds)
            return null;
        var width = seconds * 1000;
        var time = reader.GetInt64(TimeColumn);
        return time - (((time % width) + width) % width);
    }

    /// <summary>Null when the row has none.</summary>
    private static double? Value(TraceMetric metric, DbDataReader reader, JsonObject? content) => metric.Value switch
    {
        MetricValue.SpanCost => Member(content is null ? null : OtlpSpan.AttributeOf(content, "mlflow.llm.cost"), metric.Name),
        _ when reader.IsDBNull(ValueColumn) => null,
        MetricValue.Member => Member(reader.GetString(ValueColumn), metric.Name),
        MetricValue.Judgement => Judgement(reader.GetString(ValueColumn)),
        _ => Convert.ToDouble(reader.GetValue(ValueColumn), CultureInfo.InvariantCulture),
    };

    private static string[]? Dimensions(TraceMetricQuery query, DbDataReader reader, JsonObject? content)
    {
        var values = new string[query.Dimensions.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var value = query.Dimensions[i] switch
            {
                "span_model_name" => content is null ? null : OtlpSpan.AttributeOf(content, "mlflow.llm.model"),
                "span_model_provider" => content is null ? null : OtlpSpan.AttributeOf(content, "mlflow.llm.provider"),
                _ => reader.IsDBNull(FirstDimension + i) ? null : reader.GetString(FirstDimension + i),
            };
            if (value is null)
                return null;
            values[i] = value;
        }

        return values;
    }

    private static double? Member(string? text, string name)
    {
        try
        {
            return text is not null && JsonNode.Parse(text) is JsonObject json && json[name] is JsonValue value && value.TryGetValue<double>(out var number)
                ? number
                : null;
        }
        catch (JsonException)
        {
            // Somebody else's metadata under this name.
            return null;
        }
    }

    private static double? Judgement(string json) => json switch
    {
        "true" or "\"yes\"" => 1,
        "false" or "\"no\"" => 0,
        _ => !json.StartsWith('"') && MlflowNumbers.TryParse(json, out var number) ? number : null,
    };

    private static bool IsOfContent(string dimension) => dimension.StartsWith("span_model_", StringComparison.Ordinal);

    private static string View(TraceView view) => view switch
    {
        TraceView.Spans => "join spans s on s.trace_no = t.no",
        TraceView.Assessments => "join assessments a on a.trace_no = t.no",
        _ => "",
    };

    private static string Time(TraceView view) => view switch
    {
        TraceView.Spans => "s.started_ns / 1000000",
        TraceView.Assessments => "a.created_at",
        _ => "t.requested_at",
    };

    private static string Column(string dimension) => dimension switch
    {
        "trace_name" => "n.value",
        "trace_status" => "t.state",
        "span_name" => "s.name",
        "span_type" => "s.type",
        "span_status" => "s.status",
        "assessment_name" => "a.name",
        "assessment_value" => "a.value",
        _ => "null",
    };
}
