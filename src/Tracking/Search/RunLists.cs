using Slipway.Data;
using Slipway.Tracking.Contracts.Filters;

namespace Slipway.Tracking.Search;

/// <summary>The runs that an index has for a condition.</summary>
internal sealed class RunLists(Dialect dialect, IReadOnlyDictionary<string, long?> keyNumbers, IReadOnlyList<long> experiments)
{
    /// <summary>A query of the runs that meet the condition (perhaps some more), as run_no; null when no index has them.</summary>
    public string? Of(FilterCondition condition, FilterSql sql) => condition switch
    {
        { Entity: "metric", Operator: not FilterOperators.NotEqual } => Metric(condition, sql),
        { Entity: "param", Text: { } text } when TextRange.Of(condition.Operator, text) is { } range => Text("params", condition.Key, range, sql),
        { Entity: "tag", Text: { } text } when TextRange.Of(condition.Operator, text) is { } range => Text("run_tags", condition.Key, range, sql),
        { Entity: "attribute", Key: "run_name", Operator: FilterOperators.Equal } =>
            $"select no as run_no from runs where experiment_id {Among(sql)} and name = {sql.Add(condition.Text)}",
        { Entity: "attribute", Key: "run_id", Operator: FilterOperators.Equal or FilterOperators.In } =>
            $"select no as run_no from runs where {sql.Compare("id", condition)}",
        _ => null,
    };

    /// <summary>Whether <see cref="Of"/> gives those runs that meet the condition, and no others.</summary>
    public static bool IsExact(FilterCondition condition) => condition switch
    {
        { Entity: "metric" } => true,
        { Entity: "param" or "tag", Text: { } text } =>
            TextRange.Of(condition.Operator, text) is { } range && (range.IsOne || (text.Length < Dialect.IndexedLength && text == range.From + "%")),
        _ => false,
    };

    private string Metric(FilterCondition condition, FilterSql sql)
    {
        // A NaN is compared as the 0 that it is stored as.
        var number = sql.Add(keyNumbers[condition.Key] ?? -1);
        return $"select run_no from latest_metrics where experiment_id {Among(sql)} and key_no = {number} "
            + $"and is_nan in (false, true) and {sql.Compare("value", condition)}";
    }

    private string Text(string table, string key, TextRange range, FilterSql sql)
    {
        var runs = $"select t.run_no from {table} t where ";
        if (range.IsOne)
            return runs + dialect.IsText("t", sql.Add(key), sql.Add(range.From));
        var head = dialect.Head("t");
        var from = dialect.IndexedValue(range.From);
        return $"{runs}t.key = {sql.Add(key)} and {head} >= {sql.Add(from)}"
            + (TextRange.Behind(from) is { } end ? $" and {head} < {sql.Add(end)}" : "");
    }

    private string Among(FilterSql sql) => experiments.Count == 1
        ? "= " + sql.Add(experiments[0])
        : dialect.AnyOf("", sql.Add(experiments.ToArray()));
}
