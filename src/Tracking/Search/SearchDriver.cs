using System.Data.Common;
using Dapper;
using Slipway.Data;
using Slipway.Tracking.Contracts.Filters;

namespace Slipway.Tracking.Search;

/// <summary>How runs are searched.</summary>
/// <param name="Few">So many runs are looked at and sorted as a whole, in some ten milliseconds; -1: never.</param>
/// <param name="Stretch">So many rows of an order are walked before anything else is thought of.</param>
/// <param name="Cheap">To sort so many runs takes no longer than to think about it.</param>
/// <param name="Set">
/// So many runs at most are read as a set, a fifth more than are thought of: by the limit PostgreSQL's planner knows that a table of hashes fits
/// the 4 MiB of work_mem that it has when nobody set it, at 32 bytes each.
/// </param>
internal sealed record SearchSettings(int Few = 100_000, int Stretch = 500, int Cheap = 20_000, int Set = 120_000);

/// <summary>A condition, and about how many runs an index has for it.</summary>
internal readonly record struct CountedCondition(FilterCondition Condition, long Count);

/// <summary>What the runs to be sorted are read from: those that meet all of these conditions, the rarest first.</summary>
/// <param name="Cost">So many runs would be looked up one at a time in the time that reading them takes.</param>
internal sealed record DrivingConditions(IReadOnlyList<CountedCondition> Conditions, long Cost)
{
    public CountedCondition Rarest => Conditions[0];

    /// <summary>What a sample tells of several conditions.</summary>
    public SampledShares? Sample { get; init; }
}

/// <summary>
/// The conditions of a filter that few runs meet, if there are any: then those few are looked at and sorted, instead of
/// walking the runs in their order until enough have been met.
/// </summary>
internal sealed class SearchDriver(
    Dialect dialect, IReadOnlyDictionary<string, long?> keyNumbers, IReadOnlyList<long> experiments, int limitOfSet)
{
    // Runs of one text come from an index in the order of their numbers: two such lists are merged. More than this is not counted.
    private const int MostToMerge = 300_000;

    // On PostgreSQL a run is looked up in the time in which this many are read from an index into a table of hashes. SQLite looks
    // a run up more quickly than it fills such a table.
    private const int ReadsPerLookUp = 4;

    // A run of the merged lists has its metrics looked up in the time in which so many rows of the order are looked for in those lists.
    private const int WalkedPerLookUp = 24;

    private const int MostOfSet = 100_000;

    private readonly RunLists _lists = new(dialect, keyNumbers, experiments);

    private readonly RunSample _sample = new(dialect, keyNumbers);

    // So many entries of two lists are merged in the time in which a run of one list is looked up in the other's index.
    private int MergedPerLookUp => IsPostgres ? 32 : 8;

    // Only there merged lists may be a set for the rows of one order.
    private bool WalksWithSets => IsPostgres && experiments.Count == 1;

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
        var chosen = await CheapestAsync(connection, await CountAllAsync(connection, equal, toMerge, ct), filter, ct);
        foreach (var condition in ranges)
        {
            var bound = chosen is null ? few : Math.Min(few, Math.Min(chosen.Cost - 1, chosen.Cost / 4));
            if (bound >= 0 && await CountAsync(connection, condition, bound, ct) is var count && count <= bound)
                chosen = new DrivingConditions([new CountedCondition(condition, count)], count);
        }

        return chosen?.Cost <= few || chosen?.Rarest.Count <= set ? chosen : null;
    }

    // What is more than can be merged with the rarest of them is left out.
    private async Task<IReadOnlyList<CountedCondition>> CountAllAsync(
        DbConnection connection, IReadOnlyList<FilterCondition> conditions, long most, CancellationToken ct)
    {
        var sampled = conditions.Where(RunSample.HasTexts).ToList();
        var counted = new List<CountedCondition>(await _sample.CountAsync(connection, sampled, ct));
        foreach (var condition in conditions.Except(sampled))
            counted.Add(new CountedCondition(condition, await CountAsync(connection, condition, most, ct)));
        counted.Sort((a, b) => a.Count.CompareTo(b.Count));
        return [.. counted.Where(list => list.Count <= Math.Min(most, counted[0].Count * MergedPerLookUp))];
    }

    private async Task<DrivingConditions?> CheapestAsync(
        DbConnection connection, IReadOnlyList<CountedCondition> lists, FilterNode? filter, CancellationToken ct)
    {
        if (lists.Count < 2)
            return lists is [var only] ? new DrivingConditions([only], only.Count) : null;
        var merged = new DrivingConditions(lists, lists.Sum(list => list.Count) / MergedPerLookUp);
        return WalksWithSets && lists.All(list => RunSample.HasTexts(list.Condition))
            ? merged with { Sample = await _sample.ShareAsync(connection, [.. merged.Conditions.Select(list => list.Condition)], TopOf(filter), ct) }
            : merged;
    }

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
    /// Whether the runs of these conditions are sorted, rather than finding so many rows of the order in them: each run that merged lists let
    /// through is then looked up.
    /// </summary>
    public bool Sorts(DrivingConditions driving, long few, long walk) => driving.Cost <= few
        && !(WalksWithSets && driving is { Rarest.Count: <= MostOfSet, Sample: { } sample }
            && walk <= sample.InAll * WalkedPerLookUp);

    /// <summary>A query of the runs that meet some conditions, to find others in; when there are more than can be a set, one more than that.</summary>
    public string Set(DrivingConditions driving, FilterSql sql) => $"{Merged(driving, sql)} limit {limitOfSet + 1}";

    /// <summary>A query of the runs that meet all of some conditions.</summary>
    public string Merged(DrivingConditions driving, FilterSql sql)
    {
        var lists = driving.Conditions.Select(counted => _lists.Of(counted.Condition, sql)!).ToList();
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
            $"select count(*) from ({_lists.Of(condition, sql)} limit {sql.Add(most + 1)}) few", sql.Parameters, cancellationToken: ct));
    }

    // What is equal to a text is rarer than what is in a range, by all experience.
    private (IReadOnlyList<FilterCondition> Equal, IReadOnlyList<FilterCondition> Ranges) Candidates(FilterNode? filter)
    {
        var byKind = TopOf(filter).Where(condition => _lists.Of(condition, new FilterSql(dialect)) is not null).ToLookup(IsEqual);
        return ([.. byKind[true]], [.. byKind[false]]);
    }

    private static IReadOnlyList<FilterCondition> TopOf(FilterNode? filter) => filter switch
    {
        FilterCondition condition => [condition],
        FilterAnd and => [.. and.Parts.OfType<FilterCondition>().Distinct()],
        _ => [],
    };

    private static bool IsEqual(FilterCondition condition) =>
        condition.Text is { } text && TextRange.Of(condition.Operator, text) is { IsOne: true };
}
