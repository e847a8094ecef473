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

/// <summary>What the runs to be sorted are read from: those that meet all of these conditions, the rarest first.</summary>
/// <param name="Cost">So many runs would be looked up one at a time in the time that reading them takes.</param>
internal sealed record DrivingConditions(IReadOnlyList<CountedCondition> Conditions, long Cost)
{
    public CountedCondition Rarest => Conditions[0];
}

/// <summary>
/// The conditions of a filter that few runs meet, if there are any: then those few are looked at and sorted, instead of
/// walking the runs in their order until enough have been met.
/// </summary>
internal sealed class SearchDriver(
    Dialect dialect, IReadOnlyDictionary<string, long?> keyNumbers, IReadOnlyList<long> experiments)
{
    // Runs of one text come from an index in the order of their numbers: two such lists are merged. More than this is not counted.
    private const int MostToMerge = 300_000;

    // On PostgreSQL a run is looked up in the time in which this many are read from an index into a table of hashes. SQLite looks
    // a run up more quickly than it fills such a table.
    private const int ReadsPerLookUp = 4;

    // A set has a limit, by which the planner knows that it fits a table of hashes: 32 bytes each within the 4 MiB of work_mem that
    // PostgreSQL has when nobody set it. What is counted is fewer, so that runs that come meanwhile are not cut off.
    private const int MostOfSet = 100_000, LimitOfSet = 120_000;

    // So many entries of two lists are merged in the time in which a run of one list is looked up in the other's index.
    private int MergedPerLookUp => IsPostgres ? 32 : 8;

    private bool IsPostgres => dialect.Provider == DatabaseProvider.Postgres;

    /// <summary>
    /// The conditions whose runs cost no more than so many look-ups, or else a condition that no more than so many runs of a set meet; null when
    /// there are none. A range is taken instead of what is equal to a text only when it has a quarter of its cost: to count it further
    /// takes longer than it saves.
    /// </summary>
    public async Task<DrivingConditions?> ChooseAsync(DbConnection connection, FilterNode? filter, long few, long set, CancellationToken ct)
    {
        var most = Math.Max(few, set);
        var (equal, ranges) = Candidates(filter);
        var toMerge = equal.Count > 1 ? Math.Max(most, Math.Min(few * MergedPerLookUp, MostToMerge)) : most;
        var chosen = Cheapest(await CountAllAsync(connection, equal, toMerge, ct));
        foreach (var condition in ranges)
        {
            var bound = chosen is null ? most : Math.Min(most, Math.Min(chosen.Cost - 1, chosen.Cost / 4));
            if (bound >= 0 && await CountAsync(connection, condition, bound, ct) is var count && count <= bound)
                chosen = new DrivingConditions([new CountedCondition(condition, count)], count);
        }

        return chosen?.Cost <= few || chosen?.Rarest.Count <= set ? chosen : null;
    }

    // What is more than can be merged with the rarest of them is not counted further.
    private async Task<List<CountedCondition>> CountAllAsync(
        DbConnection connection, IEnumerable<FilterCondition> conditions, long most, CancellationToken ct)
    {
        var counted = new List<CountedCondition>();
        foreach (var condition in conditions)
        {
            if (await CountAsync(connection, condition, most, ct) is var count && count > most)
                continue;
            counted.Add(new CountedCondition(condition, count));
            most = Math.Min(most, count * MergedPerLookUp);
        }

        return [.. counted.Where(list => list.Count <= most).OrderBy(list => list.Count)];
    }

    private DrivingConditions? Cheapest(List<CountedCondition> lists) => lists switch
    {
        [] => null,
        [var only] => new DrivingConditions([only], only.Count),
        _ => new DrivingConditions(lists, lists.Sum(list => list.Count) / MergedPerLookUp),
    };

    /// <summary>
    /// Another condition whose runs are all read in less time than those of the first are looked up, one at a time; null when there is none.
    /// </summary>
    public async Task<DrivingConditions?> BesideAsync(DbConnection connection, FilterNode? filter, CountedCondition first, CancellationToken ct)
    {
        var bound = SetFor(first.Count);
        var (equal, ranges) = Candidates(filter);
        foreach (var condition in equal.Concat(ranges).Where(condition => bound > 0 && !ReferenceEquals(condition, first.Condition)))
        {
            if (await CountAsync(connection, condition, bound, ct) is var count && count <= bound)
                return new DrivingConditions([new CountedCondition(condition, count)], count);
        }

        return null;
    }

    /// <summary>So many runs at most are read as a set rather than looking so many up; 0 where a set is never read.</summary>
    public long SetFor(long lookUps) => IsPostgres ? ReadsPerLookUp * Math.Min(lookUps, MostOfSet / ReadsPerLookUp) : 0;

    /// <summary>
    /// Whether the runs of these conditions are sorted, rather than finding so many rows of the order in them. Merged lists let a tenth of the rarer one
    /// through, by experience, which are then looked up; a row of the order that is none of them costs no more than an entry of a list.
    /// </summary>
    public bool Sorts(DrivingConditions driving, long few, long walk) => driving.Cost <= few
        && !(IsPostgres && experiments.Count == 1 && driving is { Conditions.Count: > 1, Rarest.Count: <= MostOfSet }
            && walk <= 2 * driving.Rarest.Count);

    /// <summary>A query of the runs that meet some conditions, to find others in.</summary>
    public string Set(DrivingConditions driving, FilterSql sql) => $"{Merged(driving, sql)} limit {LimitOfSet}";

    /// <summary>A query of the runs that meet all of some conditions.</summary>
    public string Merged(DrivingConditions driving, FilterSql sql)
    {
        var lists = driving.Conditions.Select(counted => Runs(counted.Condition, sql)!).ToList();
        if (!IsPostgres)
            return string.Join(" intersect ", lists) + (lists.Count > 1 ? " order by 1" : "");
        return lists.Count == 1 ? lists[0] : $"select l0.run_no from ({lists[0]}) l0"
            + string.Concat(lists.Skip(1).Select((list, i) => $" join ({list}) l{i + 1} on l{i + 1}.run_no = l0.run_no"));
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

    // What is equal to a text is rarer than what is in a range, by all experience.
    private (IReadOnlyList<FilterCondition> Equal, IReadOnlyList<FilterCondition> Ranges) Candidates(FilterNode? filter)
    {
        FilterCondition[] all = filter switch
        {
            FilterCondition condition => [condition],
            FilterAnd and => [.. and.Parts.OfType<FilterCondition>()],
            _ => [],
        };
        var byKind = all.Distinct().Where(condition => Runs(condition, new FilterSql(dialect)) is not null).ToLookup(IsEqual);
        return ([.. byKind[true]], [.. byKind[false]]);
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
