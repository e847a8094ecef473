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
    DbConnection connection, Dialect dialect, RunQuery query, IReadOnlyDictionary<string, long?> numbers, SearchSettings settings)
{
    private readonly SearchDriver _driver = new(dialect, numbers, query.Experiments, settings.Set);

    /// <summary>The number of parts that the order has.</summary>
    public int Phases => PhasesOf(new FilterSql(dialect)).Count;

    // Its planner would look for the page in the order of all runs, and pass through what has been chosen for each of them.
    private bool IsPostgres => dialect.Provider == DatabaseProvider.Postgres;

    private OrderTerm? First => query.Orders.Count > 0 ? query.Orders[0] : null;

    /// <summary>An index has the rows of a phase in order, so that it can be walked in stretches.</summary>
    public bool HasStretches(int phase) => PhasesOf(new FilterSql(dialect))[phase].Walk is not null;

    /// <summary>Walks about so many rows of a phase; the key that ends them, null at the end of the phase.</summary>
    public async Task<object?> WalkStretchAsync(
        int number, SearchCursor start, object? from, long rows, DrivingConditions? set, List<FoundRun> found, CancellationToken ct)
    {
        var sql = new FilterSql(dialect);
        var text = PhasesOf(sql)[number].EndOfStretch(rows, from, start.After, query.Experiments, dialect, sql);
        var end = await connection.ExecuteScalarAsync<object?>(new CommandDefinition(text, sql.Parameters, cancellationToken: ct));
        await WalkAsync(number, start, from, end, set, found, ct);
        return end;
    }

    /// <summary>
    /// Walks the rest of a phase until there is one row more than the page holds. Of several experiments no index has the
    /// order, so each stretch is sorted: as long as the page needs, when the order goes on as it began, and a quarter more.
    /// </summary>
    /// <param name="walked">The rows that what is found was found in.</param>
    /// <param name="set">The conditions whose runs are read as a set; null: each row is looked up.</param>
    public async Task WalkRestAsync(
        int number, SearchCursor start, object? from, long walked, DrivingConditions? set, List<FoundRun> found, CancellationToken ct)
    {
        if (query.Experiments.Count == 1 || start.Offset > 0 || !HasStretches(number))
        {
            await WalkAsync(number, start, from, null, set, found, ct);
            return;
        }

        long least = query.Limit + 1;
        do
        {
            var wanted = found.Count == 0 ? 4 * walked : walked * (query.Limit + 1 - found.Count) / found.Count * 5 / 4;
            var rows = Math.Max(wanted, least);
            var end = await WalkStretchAsync(number, start, from, rows, set, found, ct);

            // Rows of one key stay together: when all of the stretch are of one, none of them has been walked.
            least = Equals(end, from) ? 4 * rows : query.Limit + 1;
            from = end;
            walked += rows;
        }
        while (from is not null && found.Count <= query.Limit);
    }

    /// <summary>The conditions that few runs meet: few enough to be sorted, or to be a set in a walk of so many rows.</summary>
    public Task<DrivingConditions?> ChooseAsync(long few, long walk, CancellationToken ct) =>
        _driver.ChooseAsync(connection, query.Filter, few, _driver.SetFor(walk), ct);

    /// <inheritdoc cref="SearchDriver.Sorts"/>
    public bool Sorts(DrivingConditions driving, long few, long walk) => _driver.Sorts(driving, few, walk);

    /// <summary>Sorts the runs that meet some conditions (null: all runs), and the whole filter too.</summary>
    public async Task<List<FoundRun>> SortAsync(DrivingConditions? driving, SearchCursor start, CancellationToken ct)
    {
        var beside = driving is { Conditions: [var only] } ? await _driver.BesideAsync(connection, query.Filter, only, ct) : null;
        var sql = new FilterSql(dialect);
        var phases = PhasesOf(sql);
        var orders = RunOrders.Of(query.Orders, 0, numbers, sql, dialect);
        var runs = driving is null ? "select no as run_no from runs" : _driver.Merged(driving, sql);
        if (beside is not null)
            runs = $"select f.run_no from ({runs}) f where f.run_no in ({_driver.Set(beside, sql)})";
        var key = phases[0] is { Key: { } column, Short: true } ? $"coalesce({column}, 0)" : "0";
        var phase = SearchPhase.NumberOf(First, numbers);
        var after = start.After is { } row
            ? $" and ({phase} > {sql.Add(start.Phase)} or ({phase} = {sql.Add(start.Phase)}{phases[start.Phase].After(row, sql)}))"
            : "";
        var text =
            $"""
            with d as materialized ({runs}),
            met as {(IsPostgres ? "materialized" : "not materialized")} (
                select r.* from d cross join {(IsPostgres ? "lateral (select * from runs where no = d.run_no offset 0)" : "runs")} r
                where r.no = d.run_no and r.workspace = {sql.Add(query.Workspace.Value)}
                and {dialect.AnyOf("r.experiment_id", sql.Add(query.Experiments.ToArray()))}{ViewType.Condition(query.View, "r")}
                {Filter(new RunConditions(dialect, sql, numbers, "d.run_no") { Met = [.. ConditionsOf(driving), .. ConditionsOf(beside)] })})
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
        int number, SearchCursor start, object? from, object? end, DrivingConditions? set, List<FoundRun> found, CancellationToken ct)
    {
        var sql = new FilterSql(dialect);
        var phase = PhasesOf(sql)[number];
        var further = RunOrders.Of(query.Orders, 1, numbers, sql, dialect);
        var (run, ordered) = phase.WalksMetric ? ("o.run_no", First!.Key) : ("r.no", null);
        var conditions = new RunConditions(dialect, sql, numbers, run, ordered)
        {
            Met = [.. ConditionsOf(set)],
        };
        var text =
            $"""
            {(set is null ? "" : $"with chosen as materialized ({_driver.Set(set, sql)})")}
            select {RunStore.Columns}, cast({(phase is { Key: not null, Short: true } ? phase.Key : "0")} as double precision), {number}
            from {phase.From}{further.Joins}
            where r.workspace = {sql.Add(query.Workspace.Value)}{phase.Where}{ViewType.Condition(query.View, "r")}
            {(set is null ? Filter(conditions) : $" and case when {InSet(set, new RunConditions(dialect, sql, numbers, run, ordered), run)} then 1 = 1{Filter(conditions)} else false end")}
            {(start.After is { } row ? phase.After(row, sql) : "")}
            {(from is null ? "" : phase.Beyond(from, sql))}{(end is null ? "" : phase.Before(end, sql))}
            {phase.OrderBy(further.OrderBy)}
            limit {sql.Add(query.Limit + 1 - found.Count)} offset {sql.Add(start.Offset)}
            """;
        await ReadAsync(text, sql, found, ct);
    }

    // How many runs there are was estimated: when they are too many for a set, each is looked up after all.
    private string InSet(DrivingConditions set, RunConditions each, string run) =>
        $"""
        case when (select count(*) from chosen) <= {settings.Set} then {run} in (select run_no from chosen)
        else {each.Write(new FilterAnd([.. ConditionsOf(set)]))} end
        """;

    private static IEnumerable<FilterCondition> ConditionsOf(DrivingConditions? driving) =>
        (driving?.Conditions ?? []).Select(counted => counted.Condition);

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
