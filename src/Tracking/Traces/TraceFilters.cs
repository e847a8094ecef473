using Slipway.Data;
using Slipway.Tracking.Contracts.Filters;

namespace Slipway.Tracking.Traces;

/// <summary>What traces can be searched and ordered by.</summary>
internal static class TraceFilters
{
    private const FilterOperators Texts = FilterOperators.Text | FilterOperators.RLike;

    private static readonly FilterField s_time = new("timestamp_ms", FilterKind.Time, FilterOperators.Ordering);
    private static readonly FilterField s_duration = new("execution_time_ms", FilterKind.Number, FilterOperators.Ordering);
    private static readonly FilterField s_end = new("end_time_ms", FilterKind.Time, FilterOperators.Ordering);
    private static readonly FilterField s_id = Text("request_id");

    private static readonly FilterEntity s_attribute = new("attribute", null, new Dictionary<string, FilterField>
    {
        ["timestamp"] = s_time,
        ["timestamp_ms"] = s_time,
        ["execution_time"] = s_duration,
        ["execution_time_ms"] = s_duration,
        ["end_time"] = s_end,
        ["end_time_ms"] = s_end,
        ["status"] = Text("status"),
        ["request_id"] = s_id,
        ["trace_id"] = s_id,
        ["client_request_id"] = Text("client_request_id"),
        ["name"] = Text("name"),
        ["run_id"] = Text("run_id"),
        ["experiment_id"] = new("experiment_id", FilterKind.Number, FilterOperators.None),
        ["prompt"] = new("prompt", FilterKind.Text, FilterOperators.Equal),
        ["text"] = new("text", FilterKind.Text, FilterOperators.Like | FilterOperators.ILike),
    });

    private static readonly FilterEntity s_span = new("span", null, new Dictionary<string, FilterField>
    {
        ["name"] = Text("name"),
        ["type"] = Text("type"),
        ["status"] = Text("status"),
        ["content"] = new("content", FilterKind.Text, FilterOperators.Like | FilterOperators.ILike),
    });

    private static readonly FilterEntity s_tag = FilterEntity.WithAnyKey("tag", FilterKind.Text, Texts | FilterOperators.Presence);

    private static readonly FilterEntity s_metadata =
        FilterEntity.WithAnyKey("metadata", FilterKind.Text, Texts | FilterOperators.Presence);

    public static FilterGrammar Grammar { get; } = new()
    {
        Entities = new Dictionary<string, FilterEntity>
        {
            ["attribute"] = s_attribute,
            ["attributes"] = s_attribute,
            ["trace"] = s_attribute,
            ["tag"] = s_tag,
            ["tags"] = s_tag,
            ["request_metadata"] = s_metadata,
            ["metadata"] = s_metadata,
            ["span"] = s_span,
            ["feedback"] = FilterEntity.WithAnyKey("feedback", FilterKind.Text, Texts | FilterOperators.Presence),
            ["issue"] = new("issue", null, new Dictionary<string, FilterField> { ["id"] = new("id", FilterKind.Text, FilterOperators.Equal) }),
            ["expectation"] = FilterEntity.WithAnyKey("expectation", FilterKind.Text, Texts | FilterOperators.Presence),
        },
        Bare = s_attribute,
    };

    private static FilterField Text(string name) => new(name, FilterKind.Text, Texts | FilterOperators.Lists);
}

/// <summary>A filter of traces as SQL on traces t.</summary>
internal sealed class TraceSql(Dialect dialect, FilterSql sql)
{
    public string Where(FilterNode? filter)
    {
        if (filter is null)
            return "";
        var conditions = FilterNode.Conditions(filter).ToList();
        var parts = conditions.Where(condition => condition.Entity != "span").Select(Write).ToList();

        // All that is said of spans has to hold for one and the same.
        var spans = conditions.Where(condition => condition.Entity == "span")
            .Select(condition => sql.Compare(condition.Key == "content" ? "s.text" : "s." + condition.Key, condition))
            .ToList();
        if (spans.Count > 0)
            parts.Add($"exists (select 1 from spans s where s.trace_no = t.no and {string.Join(" and ", spans)})");
        return " and " + string.Join(" and ", parts);
    }

    public string OrderBy(IReadOnlyList<OrderTerm> orders)
    {
        var terms = "";
        foreach (var order in orders)
        {
            var column = order.Entity switch
            {
                "tag" => Value("trace_tags", order.Key),
                "metadata" => Value("trace_metadata", order.Key),
                _ => Column(order.Key),
            };
            var isNumber = order.Entity == "attribute" && (order.Key.EndsWith("_ms", StringComparison.Ordinal) || order.Key == "experiment_id");
            terms += $"{column} is null, {(isNumber ? column : TextOrder.Of(dialect, column))}{(order.Ascending ? "" : " desc")}, ";
        }

        return $"order by {terms}t.requested_at desc, t.id";
    }

    private string Write(FilterCondition condition) => condition.Entity switch
    {
        "tag" => Text("trace_tags", condition),
        "metadata" => Text("trace_metadata", condition),
        "feedback" or "expectation" => Assessment(condition),

        // A reference to an issue is an assessment by the issue's id.
        "issue" => $"exists (select 1 from assessments a where a.trace_no = t.no and a.kind = 'issue' and {sql.Compare("a.name", condition)})",
        _ => Attribute(condition),
    };

    private string Attribute(FilterCondition condition) => condition.Key switch
    {
        "text" => $"exists (select 1 from spans s where s.trace_no = t.no and {sql.Compare("s.text", condition)})",
        "prompt" => $"exists (select 1 from trace_prompts p where p.trace_no = t.no and {sql.Compare("p.prompt", condition)})",
        "run_id" => "(exists (select 1 from trace_runs l where l.workspace = t.workspace and l.trace_id = t.id and " + sql.Compare("l.run_id", condition)
            + $") or exists (select 1 from trace_metadata m where m.trace_no = t.no and m.key = 'mlflow.sourceRun' and {sql.Compare("m.value", condition)}))",
        _ => sql.Compare(Column(condition.Key), condition),
    };

    private static string Column(string key) => key switch
    {
        "timestamp_ms" => "t.requested_at",
        "execution_time_ms" => "t.duration",
        "end_time_ms" => "(t.requested_at + t.duration)",
        "status" => "t.state",
        "request_id" => "t.id",
        "client_request_id" => "t.client_request_id",
        "name" => "t.name",
        "experiment_id" => "t.experiment_id",
        "run_id" => "(select min(l.run_id) from trace_runs l where l.workspace = t.workspace and l.trace_id = t.id)",
        _ => throw new InvalidOperationException($"Traces have no column for {key}."),
    };

    private string Value(string table, string key) =>
        $"(select x.value from {table} x where x.trace_no = t.no and x.key = {sql.Add(key)})";

    private string Text(string table, FilterCondition condition)
    {
        var row = $"select 1 from {table} x where x.trace_no = t.no and x.key = {sql.Add(condition.Key)}";
        return condition.Operator switch
        {
            FilterOperators.IsNull => $"not exists ({row})",
            FilterOperators.IsNotNull => $"exists ({row})",
            _ => $"exists ({row} and {sql.Compare("x.value", condition)})",
        };
    }

    private string Assessment(FilterCondition condition)
    {
        var row = $"select 1 from assessments a where a.trace_no = t.no and a.kind = {sql.Add(condition.Entity)} and a.name = {sql.Add(condition.Key)}";

        // A value is kept as JSON: a text within quotes, which are left out of the comparison.
        return condition.Operator switch
        {
            FilterOperators.IsNull => $"not exists ({row})",
            FilterOperators.IsNotNull => $"exists ({row})",
            _ => $"exists ({row} and {sql.Compare("trim(a.value, '\"')", condition)})",
        };
    }
}
