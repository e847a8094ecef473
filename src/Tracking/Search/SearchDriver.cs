using System.Data.Common;
using Dapper;
using Slipway.Data;
using Slipway.Tracking.Contracts.Filters;

namespace Slipway.Tracking.Search;

/// <summary>How runs are searched.</summary>
/// <param name="Few">So many runs are looked at and sorted as a whole, in some ten milliseconds; -1: never.</param>
/// <param name="Stretch">So many rows of an order are walked before anything else is thought of.</param>
/// <param name="Cheap">To sort so many runs takes no longer than to think about it.</param>
internal sealed record SearchSettings(int Few = 100_000, int Stretch = 500, int Cheap = 20_000);

/// <summary>A condition, and the runs that an index has for it.</summary>
internal readonly record struct CountedCondition(FilterCondition Condition, long Count);

/// <summary>
/// The conditions of a filter that few runs meet, if there are any: then those few are looked at and sorted, instead of
/// walking the runs in their order until enough have been met.
/// </summary>
internal sealed class SearchDriver(
    Dialect dialect, IReadOnlyDictionary<string, long?> keyNumbers, IReadOnlyList<long> experiments)
{
    // On PostgreSQL a run is looked up in the time in which this many are read from an index into a table of hashes. SQLite looks
    // a run up more quickly than it fills such a table.
    private const int ReadsPerLookUp = 4;

    // A set has a limit, by which the planner knows that it fits a table of hashes: 32 bytes each within the 4 MiB of work_mem that
    // PostgreSQL has when nobody set it. What is counted is fewer, so that runs that come meanwhile are not cut off.
    private const int MostOfSet = 100_000, LimitOfSet = 120_000;

    /// <summary>
    /// The condition that the fewest runs meet, of those that at most so many meet; null when there is none. A range is taken
    /// instead of what is equal to a text only when it has a quarter of its runs: to count it further takes longer than it saves.
    /// </summary>
    public async Task<CountedCondition?> FewestAsync(DbConnection connection, FilterNode? filter, long most, CancellationToken ct)
    {
        CountedCondition? fewest = null;
        foreach (var condition in Candidates(filter))
        {
            var bound = fewest is not { } found ? most : IsEqual(condition) ? found.Count - 1 : Math.Min(found.Count - 1, found.Count / 4);
            if (bound >= 0 && await CountAsync(connection, condition, bound, ct) is var count && count <= bound)
                fewest = new CountedCondition(condition, count);
        }

        return fewest;
    }

    /// <summary>
    /// Another condition whose runs are all read in less time than those of the first are looked up, one at a time; null when there is none.
    /// </summary>
    public async Task<CountedCondition?> BesideAsync(DbConnection connection, FilterNode? filter, CountedCondition first, CancellationToken ct)
    {
        var bound = SetFor(first.Count);
        foreach (var condition in Candidates(filter).Where(condition => bound > 0 && !ReferenceEquals(condition, first.Condition)))
        {
            if (await CountAsync(connection, condition, bound, ct) is var count && count <= bound)
                return new CountedCondition(condition, count);
        }

        return null;
    }

    /// <summary>So many runs at most are read as a set rather than looking so many up; 0 where a set is never read.</summary>
    public long SetFor(long lookUps) =>
        dialect.Provider == DatabaseProvider.Postgres ? ReadsPerLookUp * Math.Min(lookUps, MostOfSet / ReadsPerLookUp) : 0;

    /// <summary>A query of the runs that meet a condition, to find others in.</summary>
    public string Set(CountedCondition counted, FilterSql sql) => $"{Runs(counted.Condition, sql)} limit {LimitOfSet}";

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

    // What is equal to a text is counted first: it is rarer than what is in a range, by all experience.
    private IEnumerable<FilterCondition> Candidates(FilterNode? filter)
    {
        FilterCondition[] all = filter switch
        {
            FilterCondition condition => [condition],
            FilterAnd and => [.. and.Parts.OfType<FilterCondition>()],
            _ => [],
        };
        return all.Where(condition => Runs(condition, new FilterSql(dialect)) is not null)
            .OrderBy(condition => IsEqual(condition) ? 0 : 1);
    }

    private static bool IsEqual(FilterCondition condition) =>
        condition.Text is { } text && TextRange.Of(condition.Operator, text) is { IsOne: true };

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
