using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Monitoring.Backtests.Runs;

/// <summary>Backtests as rows.</summary>
internal sealed class BacktestRunStore(Database database, TimeProvider time)
{
    /// <summary>Those of a workspace that are kept; older ones are forgotten when another is begun.</summary>
    public const int Most = 500;

    private const string Short =
        "id, workspace, kind, name, '' as request, state, done, total, told, null as report, error, error_code, cancel_asked, created_at, created_by, started_at, ended_at";

    private const string Whole =
        "id, workspace, kind, name, request, state, done, total, told, report, error, error_code, cancel_asked, created_at, created_by, started_at, ended_at";

    public static async Task InsertAsync(DbTransaction tx, BacktestRow row, CancellationToken ct)
    {
        await tx.ExecuteAsync(
            """
            insert into backtests (id, workspace, kind, name, request, state, done, total, told, cancel_asked, created_at, created_by)
            values (@Id, @Workspace, @Kind, @Name, @Request, @State, @Done, @Total, @Told, @CancelAsked, @CreatedAt, @CreatedBy)
            """,
            row,
            ct);
        await tx.ExecuteAsync(
            """
            delete from backtests where workspace = @Workspace and ended_at is not null and id not in (
                select id from backtests where workspace = @Workspace order by created_at desc, id desc limit @Most)
            """,
            new { row.Workspace, Most },
            ct);
    }

    public Task<BacktestRow?> FindAsync(string id, CancellationToken ct) =>
        database.FindAsync<BacktestRow>($"select {Whole} from backtests where id = @Id", new { Id = id }, ct);

    public async Task<BacktestRow> GetAsync(WorkspaceName workspace, string id, CancellationToken ct) =>
        await FindAsync(id, ct) is { } row && row.Workspace == workspace.Value ? row : throw SlipwayException.NotFound("Backtest", id);

    /// <summary>Newest first, without requests and reports.</summary>
    public Task<IReadOnlyList<BacktestRow>> ListAsync(WorkspaceName workspace, int limit, CancellationToken ct) => database.QueryAsync<BacktestRow>(
        $"select {Short} from backtests where workspace = @Workspace order by created_at desc, id desc limit @Limit",
        new { Workspace = workspace.Value, Limit = limit },
        ct);

    /// <summary>False: somebody wants it to end, or it has ended.</summary>
    public async Task<bool> StartAsync(string id, CancellationToken ct) => await database.ExecuteAsync(
        """
        update backtests set state = 'Running', started_at = coalesce(started_at, @Now), done = 0, total = 0
        where id = @Id and ended_at is null and cancel_asked = @No
        """,
        new { Id = id, Now = time.UtcNow(), No = false },
        ct) == 1;

    /// <summary>False: somebody wants it to end.</summary>
    public async Task<bool> TellAsync(string id, int done, int total, string told, CancellationToken ct) => await database.ExecuteAsync(
        "update backtests set done = @Done, total = @Total, told = @Told where id = @Id and cancel_asked = @No",
        new { Id = id, Done = done, Total = total, Told = told, No = false },
        ct) == 1;

    public Task<int> AskToCancelAsync(WorkspaceName workspace, string id, CancellationToken ct) => database.ExecuteAsync(
        "update backtests set cancel_asked = @Yes where workspace = @Workspace and id = @Id and ended_at is null",
        new { Workspace = workspace.Value, Id = id, Yes = true },
        ct);

    public Task EndAsync(DbTransaction tx, BacktestRow row, CancellationToken ct) => tx.ExecuteAsync(
        """
        update backtests
        set state = @State, told = @Told, report = @Report, error = @Error, error_code = @ErrorCode, ended_at = @Now,
            done = case when @State = @Completed then total else done end
        where id = @Id and ended_at is null
        """,
        new { row.Id, row.State, row.Told, row.Report, row.Error, row.ErrorCode, BacktestRow.Completed, Now = time.UtcNow() },
        ct);

    /// <summary>False: there is none that is over.</summary>
    public async Task<bool> DeleteAsync(WorkspaceName workspace, string id, CancellationToken ct) => await database.ExecuteAsync(
        "delete from backtests where workspace = @Workspace and id = @Id and ended_at is not null", new { Workspace = workspace.Value, Id = id }, ct) == 1;
}
