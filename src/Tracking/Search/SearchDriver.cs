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
    // To look a run up costs as much as to read this many of a condition's from its index.
    private const int ReadsPerLookUp = 10;

    /// <summary>
    /// The conditions that at most so many runs meet, the fewest first, and those others whose runs are read in less time than
    /// those of the first are looked up.
    /// </summary>
    public async Task<IReadOnlyList<FilterCondition>> FindAsync(
        DbConnection connection, FilterNode? filter, long few, CancellationToken ct)
    {
        var found = new List<(FilterCondition Condition, long Count)>();
        var many = new List<FilterCondition>();
        foreach (var condition in Candidates(filter).Where(condition => Runs(condition, new FilterSql(dialect)) is not null))
        {
            var count = await CountAsync(connection, condition, few, ct);
            if (count == 0)
                return [condition];
            if (count <= few)
                found.Add((condition, count));
            else
                many.Add(condition);
        }

        if (found.Count > 0)
        {
            var most = ReadsPerLookUp * found.Min(entry => entry.Count);
            foreach (var condition in many.Where(_ => most > few))
            {
                if (await CountAsync(connection, condition, most, ct) is var count && count <= most)
                    found.Add((condition, count));
            }
        }

        return [.. found.OrderBy(entry => entry.Count).Select(entry => entry.Condition)];
    }

    // One more than the most when there are more.
    private Task<long> CountAsync(DbConnection connection, FilterCondition condition, long most, CancellationToken ct)
    {
        var sql = new FilterSql(dialect);
        return connection.ExecuteScalarAsync<long>(new CommandDefinition(
            $"select count(*) from ({Runs(condition, sql)} limit {sql.Add(most + 1)}) few", sql.Parameters, cancellationToken: ct));
    }

    /// <summary>A query of the runs that meet the condition (perhaps some more), as run_no; null when no index has them.</summary>
    public string? Runs(FilterCondition condition, FilterSql sql) => condition switch
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

    /// <summary>Whether <see cref="Runs"/> gives those runs that meet the condition, and no others.</summary>
    public static bool IsExact(FilterCondition condition) => condition switch
    {
        { Entity: "metric" } => true,
        { Entity: "param" or "tag", Text: { Length: < Dialect.IndexedLength } text } =>
            TextRange.Of(condition.Operator, text) is { } range && (range.IsOne || text == range.From + "%"),
        _ => false,
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

    private string Text(string table, string key, TextRange range, FilterSql sql)
    {
        var head = dialect.Head("t");
        var compared = range.IsOne
            ? $"{head} = {sql.Add(dialect.IndexedValue(range.From))}"
            : $"{head} >= {sql.Add(dialect.IndexedValue(range.From))}"
                + (TextRange.Behind(dialect.IndexedValue(range.From)) is { } end ? $" and {head} < {sql.Add(end)}" : "");
        return $"select t.run_no from {table} t where t.key = {sql.Add(key)} and {compared}";
    }

    private string Among(FilterSql sql) => experiments.Count == 1
        ? "= " + sql.Add(experiments[0])
        : dialect.AnyOf("", sql.Add(experiments.ToArray()));
}
