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
    public async Task<Page<RunRow>> RunAsync(RunQuery query, CancellationToken ct)
    {
        var cursor = SearchCursor.Read(query.PageToken, query.Scope);
        if (query.Experiments.Count == 0)
            return new Page<RunRow>([], null);

        var numbers = await NumbersAsync(query, ct);
        await using var connection = await database.OpenAsync(ct);
        if (NeedsFunctions(query.Filter))
            SqliteFunctions.AddTo(connection);
        var statements = new RunStatements(connection, database.Dialect, query, numbers);
        if (cursor.Phase < SearchCursor.Sorted || cursor.Phase >= statements.Phases)
            return new Page<RunRow>([], null);

        var found = new List<FoundRun>();
        var (place, from) = (cursor, (object?)null);
        if (query.Filter is not null && cursor is { Phase: 0, Offset: 0 } && statements.HasStretches(0))
        {
            from = await statements.WalkStretchAsync(0, cursor, null, settings.Stretch, found, ct);
            if (from is null)
                place = new SearchCursor { Phase = 1 };
            if (found.Count > query.Limit || place.Phase >= statements.Phases)
                return ToPage(query, cursor, found);
        }

        var sorts = cursor.Phase == SearchCursor.Sorted;
        var few = await statements.FewAsync(Math.Min(settings.Few, LengthOfWalk(found.Count, query.Limit)), ct);
        if (few.Count > 0 || sorts)
            return await SortAsync(statements, query, few, cursor, ct);
        for (var phase = place.Phase; phase < statements.Phases && found.Count <= query.Limit; phase++)
        {
            var isFirst = phase == place.Phase;
            await statements.WalkRestAsync(phase, isFirst ? place : SearchCursor.Start, isFirst ? from : null, settings.Stretch, found, ct);
        }

        return ToPage(query, cursor, found);
    }

    // How many rows more, when the order goes on as it began.
    private long LengthOfWalk(int found, int limit) =>
        found == 0 ? long.MaxValue : (long)settings.Stretch * (limit + 1 - found) / found;

    private static async Task<Page<RunRow>> SortAsync(
        RunStatements statements, RunQuery query, IReadOnlyList<FilterCondition> few, SearchCursor cursor, CancellationToken ct)
    {
        var found = await statements.SortAsync(few, cursor, ct);
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
}
