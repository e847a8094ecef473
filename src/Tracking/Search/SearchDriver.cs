using System.Data.Common;
using Dapper;
using Slipway.Data;
using Slipway.Tracking.Contracts.Filters;

namespace Slipway.Tracking.Search;

/// <summary>How runs are searched.</summary>
/// <param name="Few">So many runs are looked at and sorted as a whole, in a few milliseconds; -1: never.</param>
internal sealed record SearchSettings(int Few = 2000);

/// <summary>
/// The condition of a filter that few runs meet, if there is one: then those few are looked at and sorted, instead of
/// walking the runs in their order until enough have been met.
/// </summary>
/// <param name="few">How many runs are few.</param>
internal sealed class SearchDriver(
    Dialect dialect, IReadOnlyDictionary<string, long?> keyNumbers, IReadOnlyList<long> experiments, int few)
{
    /// <summary>The condition with the fewest runs; null when each is met by more than a few.</summary>
    public async Task<FilterCondition?> FindAsync(DbConnection connection, FilterNode? filter, CancellationToken ct)
    {
        FilterCondition? best = null;
        long least = few;
        foreach (var condition in Candidates(filter))
        {
            var sql = new FilterSql(dialect);
            if (Runs(condition, sql) is not { } runs)
                continue;
            var count = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
                $"select count(*) from ({runs} limit {least + 1}) few", sql.Parameters, cancellationToken: ct));
            if (count <= least)
                (best, least) = (condition, count);
            if (least == 0)
                break;
        }

        return best;
    }

    /// <summary>A query of the runs that meet the condition (perhaps some more), as run_no; null when no index has them.</summary>
    public string? Runs(FilterCondition condition, FilterSql sql) => condition switch
    {
        { Entity: "metric", Operator: not FilterOperators.NotEqual } => Metric(condition, sql),
        { Entity: "param", Operator: FilterOperators.Equal, Text: { } text } => Text("params", condition.Key, text, sql),
        { Entity: "tag", Operator: FilterOperators.Equal, Text: { } text } => Text("run_tags", condition.Key, text, sql),
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

    private string Metric(FilterCondition condition, FilterSql sql)
    {
        // A NaN is compared as the 0 that it is stored as.
        var number = sql.Add(keyNumbers[condition.Key] ?? -1);
        return $"select run_no from latest_metrics where experiment_id {Among(sql)} and key_no = {number} "
            + $"and is_nan in (false, true) and {sql.Compare("value", condition)}";
    }

    private static string Text(string table, string key, string text, FilterSql sql) =>
        $"select run_no from {table} where key = {sql.Add(key)} and substr(value, 1, 100) = {sql.Add(Beginning(text))}";

    private string Among(FilterSql sql) => experiments.Count == 1
        ? "= " + sql.Add(experiments[0])
        : dialect.AnyOf("", sql.Add(experiments.ToArray()));

    // As the databases count: characters, not UTF-16 units.
    private static string Beginning(string text) =>
        string.Concat(text.EnumerateRunes().Take(100).Select(rune => rune.ToString()));
}
