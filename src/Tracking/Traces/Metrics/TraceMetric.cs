using System.Collections.Frozen;
using Slipway.Kernel;

namespace Slipway.Tracking.Traces.Metrics;

/// <summary>What can be asked of traces, spans or assessments in numbers, and by what they can be told apart.</summary>
internal sealed record TraceMetric
{
    private static readonly Aggregation[] s_count = [Aggregation.Count];
    private static readonly Aggregation[] s_middle = [Aggregation.Avg, Aggregation.Percentile];
    private static readonly Aggregation[] s_amount = [Aggregation.Sum, Aggregation.Avg, Aggregation.Percentile];
    private static readonly string[] s_tokens = ["input_tokens", "output_tokens", "total_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"];
    private static readonly string[] s_costs = ["input_cost", "output_cost", "total_cost"];
    private static readonly string[] s_models = ["span_model_name", "span_model_provider"];

    private static readonly FrozenDictionary<(TraceView View, string Name), TraceMetric> s_all = All()
        .ToFrozenDictionary(metric => (metric.View, metric.Name));

    public required TraceView View { get; init; }

    public required string Name { get; init; }

    public required IReadOnlyList<Aggregation> Aggregations { get; init; }

    public required IReadOnlyList<string> Dimensions { get; init; }

    /// <summary>The number in SQL, or the JSON text that holds it.</summary>
    public required string Column { get; init; }

    /// <summary>What else is joined to the view's rows.</summary>
    public string Join { get; init; } = "";

    public required MetricValue Value { get; init; }

    /// <summary>The metric, or a refusal that lists those of the view; what is asked of it is checked too.</summary>
    public static TraceMetric Find(TraceView view, string name, IEnumerable<Aggregation> aggregations, IReadOnlyList<string> dimensions)
    {
        if (!s_all.TryGetValue((view, name), out var metric))
        {
            var known = s_all.Keys.Where(key => key.View == view).Select(key => key.Name).Order(StringComparer.Ordinal).ToList();
            throw SlipwayException.Invalid(
                $"metric_name '{name}' is none of the view {view.ToString().ToUpperInvariant()}.{Nearest.Hint(name, known)} "
                + $"Known: {string.Join(", ", known)}.");
        }

        foreach (var aggregation in aggregations)
        {
            if (!metric.Aggregations.Contains(aggregation))
            {
                throw SlipwayException.Invalid(
                    $"'{name}' has no aggregation {aggregation.ToString().ToUpperInvariant()}. Known: "
                    + $"{string.Join(", ", metric.Aggregations.Select(known => known.ToString().ToUpperInvariant()))}.");
            }
        }

        if (dimensions.Except(metric.Dimensions).FirstOrDefault() is { } unknown)
        {
            throw SlipwayException.Invalid(
                $"'{name}' has no dimension '{unknown}'.{Nearest.Hint(unknown, metric.Dimensions)} Known: {string.Join(", ", metric.Dimensions)}.");
        }

        return metric;
    }

    private static IEnumerable<TraceMetric> All() =>
    [
        Of(TraceView.Traces, "trace_count", s_count, ["trace_name", "trace_status"], "1"),
        Of(TraceView.Traces, "latency", s_middle, ["trace_name"], "t.duration"),
        .. s_tokens.Select(name => Of(TraceView.Traces, name, s_amount, ["trace_name"], "u.value") with
        {
            Join = "join trace_metadata u on u.trace_no = t.no and u.key = 'mlflow.trace.tokenUsage'",
            Value = MetricValue.Member,
        }),
        Of(TraceView.Spans, "span_count", s_count, ["span_name", "span_type", "span_status", .. s_models], "1"),
        Of(TraceView.Spans, "latency", s_middle, ["span_name", "span_status"], "(s.ended_ns - s.started_ns) / 1000000"),
        .. s_costs.Select(name => Of(TraceView.Spans, name, s_amount, s_models, "null") with { Value = MetricValue.SpanCost }),
        Of(TraceView.Assessments, "assessment_count", s_count, ["assessment_name", "assessment_value"], "1"),
        Of(TraceView.Assessments, "assessment_value", s_middle, ["assessment_name"], "a.value") with { Value = MetricValue.Judgement },
    ];

    private static TraceMetric Of(TraceView view, string name, Aggregation[] aggregations, string[] dimensions, string column) => new()
    {
        View = view,
        Name = name,
        Aggregations = aggregations,
        Dimensions = dimensions,
        Column = column,
        Value = MetricValue.Number,
    };
}

/// <summary>Which rows are counted.</summary>
internal enum TraceView
{
    Traces = 1,
    Spans = 2,
    Assessments = 3,
}

internal enum Aggregation
{
    Count = 1,
    Sum = 2,
    Avg = 3,
    Percentile = 4,
    Min = 5,
    Max = 6,
}

/// <summary>How a row's number is read.</summary>
internal enum MetricValue
{
    Number,

    /// <summary>A member of a JSON object, by the metric's name.</summary>
    Member,

    /// <summary>A member of the span's attribute mlflow.llm.cost.</summary>
    SpanCost,

    /// <summary>A JSON number; true and "yes" are 1, false and "no" are 0.</summary>
    Judgement,
}
