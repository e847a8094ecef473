using System.Data.Common;
using Dapper;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Contracts.Filters;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Search;

/// <summary>Finds runs, page by page.</summary>
internal sealed class RunSearch(Database database, MetricKeys keys, SearchSettings settings)
{
    public async Task<Page<RunRow>> RunAsync(RunQuery query, CancellationToken ct)
    {
        var cursor = SearchCursor.Read(query.PageToken, query.Scope);
        if (query.Experiments.Count == 0)
            return new Page<RunRow>([], null);

        var numbers = await NumbersAsync(query, ct);
        var found = new List<(RunRow Row, int Phase, RowKey Key)>();
        await using var connection = await database.OpenAsync(ct);
        if (NeedsFunctions(query.Filter))
            SqliteFunctions.AddTo(connection);
        var driver = cursor.Phase > 0 || cursor.After is not null
            ? null
            : await Driver(query, numbers).FindAsync(connection, query.Filter, ct);
        if (driver is not null || cursor.Phase == SearchCursor.Sorted)
            return await SortAsync(connection, query, numbers, driver, cursor, ct);

        for (var phase = cursor.Phase; found.Count <= query.Limit; phase++)
        {
            var start = phase == cursor.Phase ? cursor : SearchCursor.Start;
            if (!await ReadAsync(connection, query, numbers, phase, start, found, ct))
                break;
        }

        return ToPage(query, cursor, found);
    }

    /// <summary>Reads rows of one phase until there is one more than the page holds. False: there is no such phase.</summary>
    private async Task<bool> ReadAsync(
        DbConnection connection,
        RunQuery query,
        IReadOnlyDictionary<string, long?> numbers,
        int number,
        SearchCursor start,
        List<(RunRow Row, int Phase, RowKey Key)> found,
        CancellationToken ct)
    {
        var sql = new FilterSql(database.Dialect);
        var experiments = query.Experiments.Count == 1
            ? "= " + sql.Add(query.Experiments[0])
            : database.Dialect.AnyOf("", sql.Add(query.Experiments.ToArray()));
        var phases = SearchPhase.Of(query.Orders.Count > 0 ? query.Orders[0] : null, numbers, experiments, sql, database.Dialect);
        if (number < 0 || number >= phases.Count)
            return false;

        var phase = phases[number];
        var further = Orders(query, 1, numbers, sql);
        var filter = query.Filter is null
            ? ""
            : " and " + Conditions(query, numbers, phase, sql).Write(query.Filter);
        var text =
            $"""
            select {RunStore.Columns}, cast({(phase is { Key: not null, Short: true } ? phase.Key : "0")} as double precision)
            from {phase.From}{further.Joins}
            where r.workspace = {sql.Add(query.Workspace.Value)}{phase.Where}{ViewType.Condition(query.View, "r")}
            {filter}{(start.After is { } row ? phase.After(row, sql) : "")}
            {phase.OrderBy(further.OrderBy)}
            limit {sql.Add(query.Limit + 1 - found.Count)} offset {sql.Add(start.Offset)}
            """;
        await using var reader = await connection.ExecuteReaderAsync(new CommandDefinition(text, sql.Parameters, cancellationToken: ct));
        while (await reader.ReadAsync(ct))
        {
            var run = RowOf(reader);
            found.Add((run, number, new RowKey(reader.GetDouble(10), run.StartedAt, run.Id)));
        }

        return true;
    }

    /// <summary>Looks at the few runs that meet one condition, and sorts those that meet the others too.</summary>
    private async Task<Page<RunRow>> SortAsync(
        DbConnection connection,
        RunQuery query,
        IReadOnlyDictionary<string, long?> numbers,
        FilterCondition? driver,
        SearchCursor cursor,
        CancellationToken ct)
    {
        var sql = new FilterSql(database.Dialect);
        var runs = driver is null
            ? "select no as run_no from runs"
            : Driver(query, numbers).Runs(driver, sql);
        var orders = Orders(query, 0, numbers, sql);
        var text =
            $"""
            select {RunStore.Columns}
            from ({runs}) d cross join runs r{orders.Joins}
            where r.no = d.run_no and r.workspace = {sql.Add(query.Workspace.Value)}
            and {database.Dialect.AnyOf("r.experiment_id", sql.Add(query.Experiments.ToArray()))}{ViewType.Condition(query.View, "r")}
            {(query.Filter is null ? "" : " and " + new RunConditions(database.Dialect, sql, numbers, "d.run_no").Write(query.Filter))}
            order by {orders.OrderBy}r.started_at desc, r.id
            limit {sql.Add(query.Limit + 1)} offset {sql.Add(cursor.Offset)}
            """;
        var found = new List<RunRow>();
        await using var reader = await connection.ExecuteReaderAsync(new CommandDefinition(text, sql.Parameters, cancellationToken: ct));
        while (await reader.ReadAsync(ct))
            found.Add(RowOf(reader));
        if (found.Count <= query.Limit)
            return new Page<RunRow>(found, null);
        var next = new SearchCursor { Phase = SearchCursor.Sorted, Offset = cursor.Offset + query.Limit };
        return new Page<RunRow>(found[..query.Limit], next.Write(query.Scope));
    }

    private RunConditions Conditions(
        RunQuery query, IReadOnlyDictionary<string, long?> numbers, SearchPhase phase, FilterSql sql) => phase.WalksMetric
        ? new RunConditions(database.Dialect, sql, numbers, "o.run_no", query.Orders[0].Key)
        : new RunConditions(database.Dialect, sql, numbers);

    private SearchDriver Driver(RunQuery query, IReadOnlyDictionary<string, long?> numbers) =>
        new(database.Dialect, numbers, query.Experiments, settings.Few);

    private static Page<RunRow> ToPage(RunQuery query, SearchCursor cursor, List<(RunRow Row, int Phase, RowKey Key)> found)
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

    private (string Joins, string OrderBy) Orders(
        RunQuery query, int from, IReadOnlyDictionary<string, long?> numbers, FilterSql sql)
    {
        var (joins, orders) = ("", "");
        for (var i = from; i < query.Orders.Count; i++)
        {
            var order = query.Orders[i];
            var (alias, direction) = ($"o{i}", order.Ascending ? "" : " desc");
            switch (order.Entity)
            {
                case "metric":
                    joins += $" left join latest_metrics {alias} on {alias}.run_no = r.no and {alias}.key_no = {sql.Add(numbers[order.Key] ?? -1)}";
                    orders += $"{alias}.value is null, {alias}.is_nan, {alias}.value{direction}, ";
                    break;
                case "param" or "tag":
                    var table = order.Entity == "param" ? "params" : "run_tags";
                    joins += $" left join {table} {alias} on {alias}.run_no = r.no and {alias}.key = {sql.Add(order.Key)}";
                    orders += $"{alias}.value is null, {TextOrder.Of(database.Dialect, alias + ".value")}{direction}, ";
                    break;
                default:
                    var column = RunConditions.Column(order.Key);
                    var isTime = order.Key is "start_time" or "end_time";
                    orders += $"{column} is null, {(isTime ? column : TextOrder.Of(database.Dialect, column))}{direction}, ";
                    break;
            }
        }

        return (joins, orders);
    }

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

    private static RunRow RowOf(DbDataReader row) => new()
    {
        No = row.GetInt64(0),
        Id = row.GetString(1),
        ExperimentId = row.GetInt64(2),
        Name = row.GetString(3),
        UserId = row.GetString(4),
        Status = row.GetString(5),
        StartedAt = row.GetInt64(6),
        EndedAt = row.IsDBNull(7) ? null : row.GetInt64(7),
        ArtifactUri = row.GetString(8),
        Deleted = row.GetBoolean(9),
    };
}
