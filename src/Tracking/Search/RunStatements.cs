using System.Data.Common;
using Dapper;
using Slipway.Data;
using Slipway.Tracking.Contracts.Filters;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Search;

/// <summary>A run with its place in the order.</summary>
internal readonly record struct FoundRun(RunRow Row, int Phase, RowKey Key);

/// <summary>The statements of one search.</summary>
internal sealed class RunStatements(
    DbConnection connection, Dialect dialect, RunQuery query, IReadOnlyDictionary<string, long?> numbers)
{
    private readonly SearchDriver _driver = new(dialect, numbers, query.Experiments);

    /// <summary>The number of parts that the order has.</summary>
    public int Phases => PhasesOf(new FilterSql(dialect)).Count;

    // Its planner would look for the page in the order of all runs, and pass through what has been chosen for each of them.
    private bool IsPostgres => dialect.Provider == DatabaseProvider.Postgres;

    private OrderTerm? First => query.Orders.Count > 0 ? query.Orders[0] : null;

    /// <summary>An index has the rows of a phase in order, so that it can be walked in stretches.</summary>
    public bool HasStretches(int phase) => PhasesOf(new FilterSql(dialect))[phase].Walk is not null;

    /// <summary>Walks about so many rows of a phase; the key that ends them, null at the end of the phase.</summary>
    public async Task<object?> WalkStretchAsync(
        int number, SearchCursor start, object? from, long rows, List<FoundRun> found, CancellationToken ct)
    {
        var sql = new FilterSql(dialect);
        var text = PhasesOf(sql)[number].EndOfStretch(rows, from, start.After, query.Experiments, dialect, sql);
        var end = await connection.ExecuteScalarAsync<object?>(new CommandDefinition(text, sql.Parameters, cancellationToken: ct));
        await WalkAsync(number, start, from, end, found, ct);
        return end;
    }

    /// <summary>
    /// Walks the rest of a phase until there is one row more than the page holds. Of several experiments no index has the
    /// order, so each stretch is sorted: as long as the page needs, when the order goes on as it began, and a quarter more.
    /// </summary>
    /// <param name="walked">The rows that what is found was found in.</param>
    public async Task WalkRestAsync(int number, SearchCursor start, object? from, long walked, List<FoundRun> found, CancellationToken ct)
    {
        if (query.Experiments.Count == 1 || start.Offset > 0 || !HasStretches(number))
        {
            await WalkAsync(number, start, from, null, found, ct);
            return;
        }

        do
        {
            var rows = found.Count == 0 ? 4 * walked : walked * (query.Limit + 1 - found.Count) / found.Count * 5 / 4;
            from = await WalkStretchAsync(number, start, from, rows, found, ct);
            walked += rows;
        }
        while (from is not null && found.Count <= query.Limit);
    }

    /// <summary>The conditions that at most so many runs meet, the fewest first.</summary>
    public Task<IReadOnlyList<FilterCondition>> FewAsync(long most, CancellationToken ct) =>
        _driver.FindAsync(connection, query.Filter, most, ct);

    /// <summary>Sorts the runs that meet all of a few conditions (none: all runs), and the whole filter too.</summary>
    public async Task<List<FoundRun>> SortAsync(
        IReadOnlyList<FilterCondition> few, SearchCursor start, CancellationToken ct)
    {
        var sql = new FilterSql(dialect);
        var phases = PhasesOf(sql);
        var orders = RunOrders.Of(query.Orders, 0, numbers, sql, dialect);
        var runs = few.Count == 0 ? "select no as run_no from runs" : _driver.Runs(few[0], sql);
        var others = few.Skip(1).Select(condition => $" and f.run_no in ({_driver.Runs(condition, sql)})");
        var key = phases[0] is { Key: { } column, Short: true } ? $"coalesce({column}, 0)" : "0";
        var phase = SearchPhase.NumberOf(First, numbers);
        var after = start.After is { } row
            ? $" and ({phase} > {sql.Add(start.Phase)} or ({phase} = {sql.Add(start.Phase)}{phases[start.Phase].After(row, sql)}))"
            : "";
        var text =
            $"""
            with d as materialized (select f.run_no from ({runs}) f where 1 = 1{string.Concat(others)}),
            met as {(IsPostgres ? "materialized" : "not materialized")} (
                select r.* from d cross join {(IsPostgres ? "lateral (select * from runs where no = d.run_no offset 0)" : "runs")} r
                where r.no = d.run_no and r.workspace = {sql.Add(query.Workspace.Value)}
                and {dialect.AnyOf("r.experiment_id", sql.Add(query.Experiments.ToArray()))}{ViewType.Condition(query.View, "r")}
                {Filter(new RunConditions(dialect, sql, numbers, "d.run_no") { Met = few })})
            select {RunStore.Columns}, cast({key} as double precision), {phase}
            from met r{orders.Joins}
            where 1 = 1{after}
            order by {orders.OrderBy}r.started_at desc, r.id
            limit {sql.Add(query.Limit + 1)} offset {sql.Add(start.Offset)}
            """;
        var found = new List<FoundRun>();
        await ReadAsync(text, sql, found, ct);
        return found;
    }

    private async Task WalkAsync(
        int number, SearchCursor start, object? from, object? end, List<FoundRun> found, CancellationToken ct)
    {
        var sql = new FilterSql(dialect);
        var phase = PhasesOf(sql)[number];
        var further = RunOrders.Of(query.Orders, 1, numbers, sql, dialect);
        var conditions = phase.WalksMetric
            ? new RunConditions(dialect, sql, numbers, "o.run_no", First!.Key)
            : new RunConditions(dialect, sql, numbers);
        var text =
            $"""
            select {RunStore.Columns}, cast({(phase is { Key: not null, Short: true } ? phase.Key : "0")} as double precision), {number}
            from {phase.From}{further.Joins}
            where r.workspace = {sql.Add(query.Workspace.Value)}{phase.Where}{ViewType.Condition(query.View, "r")}
            {Filter(conditions)}{(start.After is { } row ? phase.After(row, sql) : "")}
            {(from is null ? "" : phase.Beyond(from, sql))}{(end is null ? "" : phase.Before(end, sql))}
            {phase.OrderBy(further.OrderBy)}
            limit {sql.Add(query.Limit + 1 - found.Count)} offset {sql.Add(start.Offset)}
            """;
        await ReadAsync(text, sql, found, ct);
    }

    private string Filter(RunConditions conditions) => query.Filter is null ? "" : " and " + conditions.Write(query.Filter);

    private IReadOnlyList<SearchPhase> PhasesOf(FilterSql sql)
    {
        var experiments = query.Experiments.Count == 1
            ? "= " + sql.Add(query.Experiments[0])
            : dialect.AnyOf("", sql.Add(query.Experiments.ToArray()));
        return SearchPhase.Of(First, numbers, experiments, sql, dialect);
    }

    private async Task ReadAsync(string text, FilterSql sql, List<FoundRun> found, CancellationToken ct)
    {
        await using var reader = await connection.ExecuteReaderAsync(new CommandDefinition(text, sql.Parameters, cancellationToken: ct));
        while (await reader.ReadAsync(ct))
        {
            var run = RowOf(reader);
            found.Add(new FoundRun(run, reader.GetInt32(11), new RowKey(reader.GetDouble(10), run.StartedAt, run.Id)));
        }
    }

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
