using Slipway.Kernel;
using Slipway.Tracking.Contracts.Filters;

namespace Slipway.Tracking.Traces.Metrics;

/// <summary>The filters of trace metrics: trace.status, trace.tag.KEY, trace.metadata.KEY, span.name, assessment.name = '…'.</summary>
internal sealed class TraceMetricFilters(FilterSql sql)
{
    private const string Tag = "tag.", Metadata = "metadata.";

    private static readonly FilterEntity s_trace = new(
        "trace",
        new FilterField("", FilterKind.Text, FilterOperators.Equal),
        new Dictionary<string, FilterField> { ["status"] = Text("status") });

    private static readonly FilterGrammar s_grammar = new()
    {
        Entities = new Dictionary<string, FilterEntity>
        {
            ["trace"] = s_trace,
            ["span"] = new("span", null, new Dictionary<string, FilterField>
            {
                ["name"] = Text("name"),
                ["status"] = Text("status"),
                ["type"] = Text("type"),
            }),
            ["assessment"] = new("assessment", null, new Dictionary<string, FilterField>
            {
                ["name"] = Text("name"),
                ["type"] = Text("type"),
            }),
        },
        Bare = new FilterEntity("field", null, new Dictionary<string, FilterField>()),
    };

    /// <summary>Conditions with a leading "and".</summary>
    public string Where(TraceView view, IEnumerable<string> filters) => string.Concat(filters
        .SelectMany(filter => FilterNode.Conditions(s_grammar.Parse(filter)))
        .Select(condition => " and " + Write(view, condition)));

    private string Write(TraceView view, FilterCondition condition)
    {
        switch (condition.Entity)
        {
            case "span":
                Demand(view, TraceView.Spans, condition);
                return sql.Compare("s." + condition.Key, condition);
            case "assessment":
                Demand(view, TraceView.Assessments, condition);
                return sql.Compare(condition.Key == "type" ? "a.kind" : "a.name", condition);
            case "trace" when condition.Key == "status":
                return sql.Compare("t.state", condition);
            case "trace" when Below(condition.Key, Tag) is { } key:
                return Exists("trace_tags", key, condition);
            case "trace" when Below(condition.Key, Metadata) is { } key:
                return Exists("trace_metadata", key, condition);
            default:
                throw SlipwayException.Invalid(
                    $"Invalid filter: 'trace.{condition.Key}' cannot be filtered by. Known: trace.status, trace.tag.KEY, trace.metadata.KEY.");
        }
    }

    private string Exists(string table, string key, FilterCondition condition) =>
        $"exists (select 1 from {table} x where x.trace_no = t.no and x.key = {sql.Add(key)} and {sql.Compare("x.value", condition)})";

    private static string? Below(string key, string prefix) =>
        key.Length > prefix.Length && key.StartsWith(prefix, StringComparison.Ordinal) ? key[prefix.Length..] : null;

    private static void Demand(TraceView view, TraceView needed, FilterCondition condition)
    {
        if (view != needed)
        {
            throw SlipwayException.Invalid(
                $"Filtering by {condition.Entity} is only supported in the view {needed.ToString().ToUpperInvariant()}.");
        }
    }

    private static FilterField Text(string name) => new(name, FilterKind.Text, FilterOperators.Equal);
}
