using System.Data.Common;
using Dapper;
using Slipway.Data;
using Slipway.Tracking.Contracts.Filters;

namespace Slipway.Tracking.Search;

/// <summary>How runs are searched.</summary>
/// <param name="Few">So many runs are looked at and sorted as a whole, in a few milliseconds; -1: never.</param>
/// <param name="Stretch">So many rows of an order are walked before anything else is thought of.</param>
internal sealed record SearchSettings(int Few = 20_000, int Stretch = 1000);

/// <summary>
/// The conditions of a filter that few runs meet, if there are any: then those few are looked at and sorted, instead of
/// walking the runs in their order until enough have been met.
/// </summary>
internal sealed class SearchDriver(
    Dialect dialect, IReadOnlyDictionary<string, long?> keyNumbers, IReadOnlyList<long> experiments)
{
    /// <summary>The conditions that at most so many runs meet, the fewest first.</summary>
    public async Task<IReadOnlyList<FilterCondition>> FindAsync(
        DbConnection connection, FilterNode? filter, long few, CancellationToken ct)
    {
        var found = new List<(FilterCondition Condition, long Count)>();
        foreach (var condition in Candidates(filter))
        {
            var sql = new FilterSql(dialect);
            if (Runs(condition, sql) is not { } runs)
                continue;
            var count = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
                $"select count(*) from ({runs} limit {sql.Add(few + 1)}) few", sql.Parameters, cancellationToken: ct));
            if (count <= few)
                found.Add((condition, count));
            if (count == 0)
                break;
        }

        return [.. found.OrderBy(entry => entry.Count).Select(entry => entry.Condition)];
    }

    /// <summary>A query of the runs that meet the condition (perhaps some more), as run_no; null when no index has them.</summary>
    public string? Runs(FilterCondition condition, FilterSql sql) => condition switch
    {
        { Entity: "metric", Operator: not FilterOperators.NotEqual } => Metric(condition, sql),
        { Entity: "param", Text: { } text } when IsEqual(condition) => Text("params", condition.Key, text, sql),
        { Entity: "tag", Text: { } text } when IsEqual(condition) => Text("run_tags", condition.Key, text, sql),
        { Entity: "attribute", Key: "run_name", Operator: FilterOperators.Equal } =>
            $"select no as run_no from runs where experiment_id {Among(sql)} and name = {sql.Add(condition.Text)}",
        { Entity: "attribute", Key: "run_id", Operator: FilterOperators.Equal or FilterOperators.In } =>
            $"select no as run_no from runs where {sql.Compare("id", condition)}",
        _ => null,
    };

    private static IEnumerable<FilterCondition> Candidates(FilterNode? filter) => filter switch
    {
        FilterCondition condition => [condition],
        FilterAnd and => and.Parts.OfType<FilterCondition>(),
        _ => [],
    };

    // A pattern without a sign that stands for others is the text itself.
    private static bool IsEqual(FilterCondition condition) => condition.Operator == FilterOperators.Equal
        || (condition.Operator == FilterOperators.Like && condition.Text.AsSpan().IndexOfAny('%', '_', '\\') < 0);

    private string Metric(FilterCondition condition, FilterSql sql)
    {
        // A NaN is compared as the 0 that it is stored as.
        var number = sql.Add(keyNumbers[condition.Key] ?? -1);
        return $"select run_no from latest_metrics where experiment_id {Among(sql)} and key_no = {number} "
            + $"and is_nan in (false, true) and {sql.Compare("value", condition)}";
    }

    private string Text(string table, string key, string text, FilterSql sql) =>
        $"select run_no from {table} where key = {sql.Add(key)} "
        + $"and {dialect.Indexed("value")} = {sql.Add(dialect.IndexedValue(text))}";

    private string Among(FilterSql sql) => experiments.Count == 1
        ? "= " + sql.Add(experiments[0])
        : dialect.AnyOf("", sql.Add(experiments.ToArray()));
}
