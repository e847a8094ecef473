using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Contracts.Filters;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Search;

/// <summary>
/// Finds runs, page by page. First a stretch of the order is walked, where most searches end. When it gives less than a
/// page, what it gave tells how long the walk would be, and a condition that fewer runs meet is read instead.
/// </summary>
internal sealed class RunSearch(Database database, MetricKeys keys, SearchSettings settings)
{
    // Fewer runs than this tell too little of how long the walk would be; then a stretch so many times as long is walked.
    private const int Unsure = 5, Longer = 4;

    public async Task<Page<RunRow>> RunAsync(RunQuery query, CancellationToken ct)
    {
        var cursor = SearchCursor.Read(query.PageToken, query.Scope);
        if (query.Experiments.Count == 0)
            return new Page<RunRow>([], null);

        var numbers = await NumbersAsync(query, ct);
        await using var connection = await database.OpenAsync(ct);
        if (NeedsFunctions(query.Filter))
            SqliteFunctions.AddTo(connection);
        var statements = new RunStatements(connection, database.Dialect, query, numbers, settings);
        if (cursor.Phase < SearchCursor.Sorted || cursor.Phase >= statements.Phases)
            return new Page<RunRow>([], null);

        var walk = new Walk { Place = cursor };
        if (query.Filter is not null && cursor is { Phase: 0, Offset: 0 } && statements.HasStretches(0)
            && await BeginAsync(statements, walk, query, cursor, settings.Stretch, ct))
        {
            return ToPage(query, cursor, walk.Found);
        }

        var (few, driving) = await ChooseAsync(statements, walk, query.Limit, ct);
        if (!(driving?.Cost <= settings.Cheap) && walk is { From: not null, Found.Count: < Unsure })
        {
            if (await BeginAsync(statements, walk, query, cursor, Longer * settings.Stretch, ct))
                return ToPage(query, cursor, walk.Found);
            (few, driving) = await ChooseAsync(statements, walk, query.Limit, ct);
        }

        if (cursor.Phase == SearchCursor.Sorted || (driving is not null && statements.Sorts(driving, few, LengthOfWalk(walk, query.Limit, driving.Sample))))
            return await SortAsync(statements, query, driving, cursor, ct);
        for (var phase = walk.Place.Phase; phase < statements.Phases && walk.Found.Count <= query.Limit; phase++)
        {
            var (start, from) = phase == walk.Place.Phase ? (walk.Place, walk.From) : (SearchCursor.Start, null);
            await statements.WalkRestAsync(phase, start, from, walk.Rows, driving, walk.Found, ct);
        }

        return ToPage(query, cursor, walk.Found);
    }

    // Whether the search has ended with it.
    private static async Task<bool> BeginAsync(
        RunStatements statements, Walk walk, RunQuery query, SearchCursor cursor, int rows, CancellationToken ct)
    {
        walk.From = await statements.WalkStretchAsync(0, cursor, walk.From, rows, null, walk.Found, ct);
        walk.Rows += rows;
        if (walk.From is null)
            walk.Place = new SearchCursor { Phase = 1 };
        return walk.Found.Count > query.Limit || walk.Place.Phase >= statements.Phases;
    }

    // How many runs are few, and the conditions that so few meet.
    private async Task<(long Few, DrivingConditions? Driving)> ChooseAsync(RunStatements statements, Walk walk, int limit, CancellationToken ct)
    {
        var rest = LengthOfWalk(walk, limit);
        var few = Math.Min(settings.Few, rest);
        return (few, await statements.ChooseAsync(few, rest, ct));
    }

    // How many rows more, when the order goes on as it began or, when that tells little, as a sample says.
    private static long LengthOfWalk(Walk walk, int limit, SampledShares? sample = null) => (walk.Found.Count, sample) switch
    {
        ( < Unsure, { RunsPerMatch: { } runs }) => runs * (limit + 1 - walk.Found.Count),
        (0, _) => long.MaxValue,
        _ => walk.Rows * (limit + 1 - walk.Found.Count) / walk.Found.Count,
    };

    private static async Task<Page<RunRow>> SortAsync(
        RunStatements statements, RunQuery query, DrivingConditions? driving, SearchCursor cursor, CancellationToken ct)
    {
        var found = await statements.SortAsync(driving, cursor, ct);
        if (HasShortKeys(query) || found.Count <= query.Limit)
            return ToPage(query, cursor, found);
        var next = new SearchCursor { Phase = SearchCursor.Sorted, Offset = cursor.Offset + query.Limit };
        return new Page<RunRow>([.. found.Take(query.Limit).Select(entry => entry.Row)], next.Write(query.Scope));
    }

    private static Page<RunRow> ToPage(RunQuery query, SearchCursor cursor, List<FoundRun> found)
    {
        if (found.Count <= query.Limit)
            return new Page<RunRow>([.. found.Select(entry => entry.Row)], null);

        var page = found.Take(query.Limit).ToList();
        var last = page[^1];
        var next = new SearchCursor { Phase = last.Phase };
        if (HasShortKeys(query))
        {
            next = next with { After = last.Key };
        }
        else
        {
            var before = last.Phase == cursor.Phase ? cursor.Offset : 0;
            next = next with { Offset = before + page.Count(entry => entry.Phase == last.Phase) };
        }

        return new Page<RunRow>([.. page.Select(entry => entry.Row)], next.Write(query.Scope));
    }

    // Then a page token can name the row that it follows.
    private static bool HasShortKeys(RunQuery query) => query.Orders switch
    {
        [] => true,
        [var only] => only.Entity == "metric" || (only.Entity == "attribute" && only.Key is "start_time" or "end_time"),
        _ => false,
    };

    private async Task<IReadOnlyDictionary<string, long?>> NumbersAsync(RunQuery query, CancellationToken ct)
    {
        var names = query.Orders.Where(order => order.Entity == "metric").Select(order => order.Key)
            .Concat(FilterNode.Conditions(query.Filter).Where(condition => condition.Entity == "metric").Select(condition => condition.Key))
            .Distinct(StringComparer.Ordinal);
        var numbers = new Dictionary<string, long?>(StringComparer.Ordinal);
        foreach (var name in names)
            numbers[name] = await keys.FindAsync(name, ct);
        return numbers;
    }

    private static bool NeedsFunctions(FilterNode? filter) => FilterNode.Conditions(filter).Any(condition =>
        condition.Operator == FilterOperators.RLike || (condition.Number is not null && condition.Entity is "param" or "tag"));

    private sealed class Walk
    {
        public List<FoundRun> Found { get; } = [];

        public required SearchCursor Place { get; set; }

        public object? From { get; set; }

        public long Rows { get; set; }
    }
}
