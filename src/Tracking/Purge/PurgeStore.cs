using System.Data;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Tracking.Purge;

/// <summary>What was marked deleted long enough ago, deleted for good in transactions of a few runs each.</summary>
internal sealed class PurgeStore(Database database)
{
    private const int RunsPerWrite = 100;

    // Locked, so that a run that is restored meanwhile stays whole: SQLite has one writer anyway.
    private string Lock => database.Provider == DatabaseProvider.Postgres ? "for update" : "";

    /// <param name="experiment">Null: those of all experiments.</param>
    /// <param name="before">Deleted at that time or earlier.</param>
    public async Task<PurgedRows> RunsAsync(
        WorkspaceName workspace, long? experiment, long before, bool rehearsal, CancellationToken ct)
    {
        var rows = new PurgedRows();
        for (var after = 0L; ;)
        {
            var old =
                $"""
                select no, id from runs where workspace = @Workspace and deleted = true and deleted_at <= @Before
                {(experiment is null ? "" : "and experiment_id = @Experiment")} and no > @After order by no limit {RunsPerWrite}
                """;
            var place = new { Workspace = workspace.Value, Before = before, Experiment = experiment ?? 0, After = after };
            var (purged, last) = rehearsal
                ? await CountAsync(old, place, ct)
                : await database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
                {
                    var runs = await tx.QueryAsync<RowRemoval.RunKey>($"{old} {Lock}", place, token);
                    var purge = new RowRemoval(tx.Connection!, tx, database.Dialect);
                    if (runs.Count > 0)
                        await purge.RunsAsync(runs, token);
                    return (purge.Rows, runs.Count > 0 ? runs[^1].No : (long?)null);
                }, ct);
            if (last is not { } next)
                return rows;
            rows.Add(purged);
            after = next;
        }
    }

    /// <summary>The experiments that were deleted at that time or earlier.</summary>
    public Task<IReadOnlyList<long>> OldExperimentsAsync(WorkspaceName workspace, long before, CancellationToken ct) =>
        database.QueryAsync<long>(
            "select id from experiments where workspace = @Workspace and deleted = true and updated_at <= @Before order by id",
            new { Workspace = workspace.Value, Before = before },
            ct);

    /// <summary>Logged models that are not deleted: a registered version may be made of them.</summary>
    public Task<long> LivingModelsAsync(long experiment, CancellationToken ct) => database.FindAsync<long>(
        "select count(*) from logged_models where experiment_id = @Id and deleted = false", new { Id = experiment }, ct);

    /// <summary>The experiment when it is still deleted; its runs are gone already.</summary>
    public async Task<PurgedRows> ExperimentAsync(
        WorkspaceName workspace, long id, long before, bool rehearsal, CancellationToken ct)
    {
        if (rehearsal)
        {
            await using var connection = await database.OpenAsync(ct);
            var count = new RowRemoval(connection, null, database.Dialect);
            await count.ExperimentAsync(id, ct);
            return count.Rows;
        }

        return await database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var purge = new RowRemoval(tx.Connection!, tx, database.Dialect);
            var still = await tx.FindAsync<long?>(
                $"""
                select id from experiments where id = @Id and workspace = @Workspace and deleted = true and updated_at <= @Before
                and not exists (select 1 from runs where experiment_id = @Id)
                and not exists (select 1 from logged_models where experiment_id = @Id and deleted = false) {Lock}
                """,
                new { Id = id, Workspace = workspace.Value, Before = before },
                token);
            if (still is not null)
                await purge.ExperimentAsync(id, token);
            return purge.Rows;
        }, ct);
    }

    private async Task<(PurgedRows Rows, long? Last)> CountAsync(string old, object place, CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        var runs = await connection.QueryAsync<RowRemoval.RunKey>(old, place, ct);
        var purge = new RowRemoval(connection, null, database.Dialect);
        if (runs.Count > 0)
            await purge.RunsAsync(runs, ct);
        return (purge.Rows, runs.Count > 0 ? runs[^1].No : null);
    }
}
