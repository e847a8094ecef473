using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Tracking.Traces.Metrics;

/// <summary>Counts, latencies, tokens, costs and judgements of traces, by time and dimensions: what dashboards show.</summary>
internal sealed class QueryTraceMetrics(TraceMetricRows rows, IAccess access) : IMlflowOperation
{
    private const int UsualResults = 1000, MostResults = 10_000;
    private const long LongestInterval = 100L * 366 * 24 * 60 * 60;

    // All but the page and its size.
    private static readonly string[] s_arguments =
    [
        "experiment_ids", "view_type", "metric_name", "aggregations", "dimensions", "filters", "time_interval_seconds", "start_time_ms",
        "end_time_ms",
    ];

    private static readonly FrozenDictionary<string, int> s_views = Numbers<TraceView>();
    private static readonly FrozenDictionary<string, int> s_aggregations = Numbers<Aggregation>();

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<QueryTraceMetrics>("POST", "/3.0/mlflow/traces/metrics");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        var limit = PageSize.Of(fields, UsualResults, MostResults);
        var query = Read(fields);
        var scope = "trace metrics " + string.Join(' ', Scope(fields));
        var offset = PageToken.Decode(fields.Text("page_token"), scope);
        await access.DemandAsync(call.Caller, Permission.Read, "trace:*", ct);

        var groups = new MetricGroups(query.Aggregations);
        await rows.CollectAsync(call.Caller.Workspace, query, groups, ct);
        var page = groups.Points().Skip((int)offset).Take(limit + 1).ToList();
        await call.AnswerAsync(json =>
        {
            json.WriteStartArray("data_points");
            foreach (var (bucket, dimensions, values) in page.Take(limit))
                Write(json, query, bucket, dimensions, values);
            json.WriteEndArray();
            if (page.Count > limit)
                json.WriteString("next_page_token", PageToken.Encode(offset + limit, scope));
        }, ct);
    }

    private static TraceMetricQuery Read(MlflowFields fields)
    {
        var experiments = fields.Texts("experiment_ids");
        if (experiments.Count == 0)
            throw MlflowFields.Missing("experiment_ids");
        var view = (TraceView)(fields.Enum("view_type", s_views) ?? throw MlflowFields.Missing("view_type"));
        var name = fields.Required("metric_name");
        var aggregations = fields.Objects("aggregations").Select(ReadAggregation).Distinct().ToList();
        if (aggregations.Count == 0)
            throw MlflowFields.Missing("aggregations");
        var dimensions = fields.Texts("dimensions").Distinct().ToList();
        var query = new TraceMetricQuery
        {
            Metric = TraceMetric.Find(view, name, aggregations.Select(aggregation => aggregation.Kind), dimensions),
            Experiments = [.. experiments.Select(MlflowNames.ExperimentId).Distinct()],
            Aggregations = aggregations,
            Dimensions = dimensions,
            Filters = fields.Texts("filters"),
            Interval = fields.WholeNumber("time_interval_seconds") is { } seconds and not 0 ? seconds : null,
            From = fields.WholeNumber("start_time_ms"),
            To = fields.WholeNumber("end_time_ms"),
        };
        if (query.Interval is < 1 or > LongestInterval)
            throw SlipwayException.Invalid($"time_interval_seconds is {query.Interval}; it must be from 1 to {LongestInterval}.");
        if (query.Interval is not null && (query.From is null || query.To is null))
            throw SlipwayException.Invalid("start_time_ms and end_time_ms are required if time_interval_seconds is set.");
        return query;
    }

    private static WantedAggregation ReadAggregation(MlflowFields fields)
    {
        var kind = (Aggregation)(fields.Enum("aggregation_type", s_aggregations) ?? throw MlflowFields.Missing(fields.NameOf("aggregation_type")));
        var percent = fields.Number("percentile_value");
        if (kind != Aggregation.Percentile)
        {
            return percent is null ? new WantedAggregation(kind, 0) : throw SlipwayException.Invalid(
                "percentile_value is only allowed with the aggregation PERCENTILE.");
        }

        return percent is >= 0 and <= 100 ? new WantedAggregation(kind, percent.Value) : throw SlipwayException.Invalid(
            $"The aggregation PERCENTILE needs a percentile_value from 0 to 100{(percent is null ? "" : $", not {percent}")}.");
    }

    private static void Write(
        Utf8JsonWriter json, TraceMetricQuery query, long? bucket, IReadOnlyList<string> dimensions,
        IReadOnlyList<(string Name, double Value)> values)
    {
        json.WriteStartObject();
        json.WriteString("metric_name", query.Metric.Name);
        json.WriteStartObject("dimensions");
        if (bucket is { } milliseconds)
        {
            json.WriteString("time_bucket", milliseconds.ToTime().ToString(
                milliseconds % 1000 == 0 ? "yyyy-MM-dd'T'HH:mm:sszzz" : "yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture));
        }

        for (var i = 0; i < dimensions.Count; i++)
            json.WriteString(query.Dimensions[i], dimensions[i]);
        json.WriteEndObject();
        json.WriteStartObject("values");
        foreach (var (name, value) in values)
            json.WriteMlflowDouble(name, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static IEnumerable<string> Scope(MlflowFields fields) => s_arguments.Select(name => fields.Find(name)?.GetRawText() ?? "");

    private static FrozenDictionary<string, int> Numbers<T>()
        where T : struct, Enum =>
        Enum.GetValues<T>().ToFrozenDictionary(value => value.ToString().ToUpperInvariant(), value => Convert.ToInt32(value, CultureInfo.InvariantCulture));
}

/// <summary>What is asked, read and checked.</summary>
internal sealed record TraceMetricQuery
{
    public required TraceMetric Metric { get; init; }

    public required IReadOnlyList<long> Experiments { get; init; }

    public required IReadOnlyList<WantedAggregation> Aggregations { get; init; }

    public required IReadOnlyList<string> Dimensions { get; init; }

    public required IReadOnlyList<string> Filters { get; init; }

    /// <summary>Seconds; null: time does not part the groups.</summary>
    public required long? Interval { get; init; }

    /// <summary>When the traces began, in milliseconds; both ends count.</summary>
    public required long? From { get; init; }

    public required long? To { get; init; }
}
