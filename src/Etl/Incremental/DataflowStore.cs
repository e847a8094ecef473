using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Etl.Incremental;

/// <summary>The tables of dataflows and their windows.</summary>
internal sealed class DataflowStore(Database database)
{
    private const string Columns = "id, workspace, name, principal, yaml, source, files, next_at, created_at, updated_at";

    private const string WindowColumns = "dataflow_id, from_at, to_at, state, reason, attempt, job, made, asked_at, ended_at";

    public Task<Dataflow?> FindAsync(WorkspaceName workspace, string name, CancellationToken ct) => database.FindAsync<Dataflow>(
        $"select {Columns} from dataflows where workspace = @Workspace and name = @Name", new { Workspace = workspace.Value, Name = name }, ct);

    public Task<Dataflow?> FindAsync(string id, CancellationToken ct) =>
        database.FindAsync<Dataflow>($"select {Columns} from dataflows where id = @Id", new { Id = id }, ct);

    public Task<IReadOnlyList<Dataflow>> ListAsync(WorkspaceName workspace, CancellationToken ct) => database.QueryAsync<Dataflow>(
        $"select {Columns} from dataflows where workspace = @Workspace order by name", new { Workspace = workspace.Value }, ct);

    /// <summary>Those that look for windows by themselves now, in all workspaces.</summary>
    public Task<IReadOnlyList<Dataflow>> DueAsync(long now, CancellationToken ct) => database.QueryAsync<Dataflow>(
        $"select {Columns} from dataflows where next_at is not null and next_at <= @Now order by next_at limit 100", new { Now = now }, ct);

    /// <summary>Keeps it; one of this name that exists becomes this one, and keeps its windows.</summary>
    public async Task<Dataflow> PutAsync(Dataflow dataflow, CancellationToken ct) => (await database.WriteAsync(
        (tx, token) => tx.FindAsync<Dataflow>(
            $"""
            insert into dataflows ({Columns})
            values (@Id, @Workspace, @Name, @Principal, @Yaml, @Source, @Files, @NextAt, @CreatedAt, @UpdatedAt)
            on conflict (workspace, name) do update set
                principal = excluded.principal, yaml = excluded.yaml, source = excluded.source, files = excluded.files,
                next_at = excluded.next_at, updated_at = excluded.updated_at
            returning {Columns}
            """,
            dataflow,
            token),
        ct))!;

    public Task LookAtAsync(Dataflow dataflow, long? nextAt, CancellationToken ct) => database.ExecuteAsync(
        "update dataflows set next_at = @NextAt where id = @Id and updated_at = @UpdatedAt", new { dataflow.Id, NextAt = nextAt, dataflow.UpdatedAt }, ct);

    /// <summary>With its windows. False: one of them runs.</summary>
    public async Task<bool> DeleteAsync(Dataflow dataflow, CancellationToken ct) => await database.ExecuteAsync(
        """
        delete from dataflows where id = @Id and not exists (
            select 1 from dataflow_windows where dataflow_id = dataflows.id and state = 'running')
        """,
        new { dataflow.Id },
        ct) == 1;

    /// <summary>Asks for windows: new ones, those that failed or found nothing, and, when asked again, those that are done.</summary>
    public static Task<int> AskAsync(DbTransaction tx, IReadOnlyList<FlowWindow> windows, bool again, CancellationToken ct) => tx.ExecuteAsync(
        $"""
        insert into dataflow_windows ({WindowColumns})
        values (@DataflowId, @FromAt, @ToAt, @State, @Reason, @Attempt, @Job, @Made, @AskedAt, @EndedAt)
        on conflict (dataflow_id, from_at) do update set
            state = excluded.state, to_at = excluded.to_at, reason = null, asked_at = excluded.asked_at, ended_at = null,
            attempt = dataflow_windows.attempt + 1
        where dataflow_windows.state = 'failed'
            or (dataflow_windows.state = 'done' {(again ? "" : "and dataflow_windows.to_at = dataflow_windows.from_at")})
        """,
        windows,
        ct);

    public Task<IReadOnlyList<FlowWindow>> OpenAsync(string dataflow, CancellationToken ct) => database.QueryAsync<FlowWindow>(
        $"select {WindowColumns} from dataflow_windows where dataflow_id = @Id and state in ('waiting', 'running') order by from_at",
        new { Id = dataflow },
        ct);

    /// <summary>Those that share a time with the stretch, the oldest first.</summary>
    public Task<IReadOnlyList<FlowWindow>> OverlappingAsync(string dataflow, Stretch stretch, CancellationToken ct) => database.QueryAsync<FlowWindow>(
        $"select {WindowColumns} from dataflow_windows where dataflow_id = @Id and from_at < @To and to_at > @From order by from_at",
        new { Id = dataflow, stretch.From, stretch.To },
        ct);

    /// <summary>The newest first.</summary>
    public Task<IReadOnlyList<FlowWindow>> ListAsync(string dataflow, string? state, int limit, CancellationToken ct) => database.QueryAsync<FlowWindow>(
        $"""
        select {WindowColumns} from dataflow_windows
        where dataflow_id = @Id and (@State = '' or state = @State) order by from_at desc limit @Limit
        """,
        new { Id = dataflow, State = state ?? "", Limit = limit },
        ct);

    public Task<IReadOnlyList<StateCount>> CountAsync(string dataflow, CancellationToken ct) => database.QueryAsync<StateCount>(
        "select state, count(*) as windows from dataflow_windows where dataflow_id = @Id group by state order by state", new { Id = dataflow }, ct);

    public Task<long?> LastEndAsync(string dataflow, CancellationToken ct) => database.FindAsync<long?>(
        "select max(to_at) from dataflow_windows where dataflow_id = @Id", new { Id = dataflow }, ct);

    /// <summary>Dataflows of which something waits or runs.</summary>
    public Task<IReadOnlyList<string>> BusyAsync(CancellationToken ct) => database.QueryAsync<string>(
        "select distinct dataflow_id from dataflow_windows where state in ('waiting', 'running')", null, ct);

    /// <summary>What it became, unless it was asked for anew meanwhile.</summary>
    public Task UpdateAsync(FlowWindow window, CancellationToken ct) => database.ExecuteAsync(
        """
        update dataflow_windows set to_at = @ToAt, state = @State, reason = @Reason, job = @Job, made = @Made, ended_at = @EndedAt
        where dataflow_id = @DataflowId and from_at = @FromAt and attempt = @Attempt
        """,
        window,
        ct);
}

/// <summary>How many windows are in a state.</summary>
internal sealed record StateCount
{
    public required string State { get; init; }

    public required long Windows { get; init; }
}
