using System.Data;
using System.Data.Common;
using Npgsql;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Moves;

/// <summary>The rows that say of which experiment a run is.</summary>
internal sealed class RunMoves(Database database, TimeProvider time)
{
    private const int Chunk = 500;

    /// <summary>The runs that were elsewhere, as they were before.</summary>
    public Task<IReadOnlyList<RunRow>> RunAsync(
        Caller caller, IReadOnlyList<string> ids, long experiment, bool children, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var workspace = caller.Workspace;
            await DemandActiveAsync(tx, workspace, experiment, token);
            var all = children ? await WithChildrenAsync(tx, workspace, ids, token) : [.. ids.Distinct(StringComparer.Ordinal)];
            var moved = new List<RunRow>();
            foreach (var chunk in all.Order(StringComparer.Ordinal).Chunk(Chunk))
            {
                var runs = await LockAsync(tx, workspace, chunk, token);
                moved.AddRange(runs.Where(run => run.ExperimentId != experiment));
            }

            foreach (var chunk in moved.Chunk(Chunk))
                await MoveAsync(tx, workspace, chunk, experiment, token);
            foreach (var run in moved)
            {
                var change = new RunChange("moved", null, Experiment.Text(run.ExperimentId), Experiment.Text(experiment));
                await RunHistory.AddAsync(tx, run.No, Author.Of(caller, time), [change], token);
            }

            return (IReadOnlyList<RunRow>)moved;
        }, ct);

    // The experiment stays what it is until the runs are in it.
    private static async Task DemandActiveAsync(DbTransaction tx, WorkspaceName workspace, long id, CancellationToken ct)
    {
        var deleted = await tx.FindAsync<bool?>(
            $"select deleted from experiments where id = @Id and workspace = @Workspace {(tx is NpgsqlTransaction ? "for share" : "")}",
            new { Id = id, Workspace = workspace.Value },
            ct) ?? throw ExperimentStore.Unknown(id);
        if (deleted)
            throw SlipwayException.Conflict($"The experiment {id} is deleted; restore it first, or move the runs to another.");
    }

    // Batches hold a share of their run: this waits for those under way, and later ones read the new experiment.
    private async Task<IReadOnlyList<RunRow>> LockAsync(DbTransaction tx, WorkspaceName workspace, string[] ids, CancellationToken ct)
    {
        var runs = await tx.QueryAsync<RunRow>(
            $"""
            select {RunStore.Columns} from runs r
            where {database.Dialect.AnyOf("r.id", "@Ids")} and r.workspace = @Workspace
            order by r.id {(tx is NpgsqlTransaction ? "for update" : "")}
            """,
            new { Ids = ids, Workspace = workspace.Value },
            ct);
        if (ids.Except(runs.Select(run => run.Id)).FirstOrDefault() is { } missing)
            throw RunStore.Unknown(missing);
        foreach (var run in runs)
            run.DemandActive();
        return runs;
    }

    private async Task<IReadOnlyList<string>> WithChildrenAsync(
        DbTransaction tx, WorkspaceName workspace, IReadOnlyList<string> ids, CancellationToken ct)
    {
        var all = new HashSet<string>(ids, StringComparer.Ordinal);
        var newest = ids.ToArray();
        while (newest.Length > 0)
        {
            var found = new List<string>();
            foreach (var chunk in newest.Chunk(Chunk))
            {
                found.AddRange(await tx.QueryAsync<string>(
                    $"""
                    select r.id from run_tags t join runs r on r.no = t.run_no
                    where t.key = 'mlflow.parentRunId' and {database.Dialect.AnyOf(database.Dialect.Head("t"), "@Ids")}
                    and r.workspace = @Workspace and r.deleted = false
                    """,
                    new { Ids = chunk, Workspace = workspace.Value },
                    ct));
            }

            newest = [.. found.Where(all.Add)];
        }

        return [.. all];
    }

    private async Task MoveAsync(DbTransaction tx, WorkspaceName workspace, RunRow[] runs, long experiment, CancellationToken ct)
    {
        var place = new
        {
            Nos = runs.Select(run => run.No).ToArray(),
            Ids = runs.Select(run => run.Id).ToArray(),
            To = experiment,
            Workspace = workspace.Value,
        };
        var dialect = database.Dialect;
        var isMoved = dialect.AnyOf("run_no", "@Nos");
        await MoveTracesAsync(tx, place, ct);
        await tx.ExecuteAsync($"update runs set experiment_id = @To where {dialect.AnyOf("no", "@Nos")}", place, ct);
        await tx.ExecuteAsync($"update latest_metrics set experiment_id = @To where {isMoved}", place, ct);
        await tx.ExecuteAsync(
            $"update logged_models set experiment_id = @To where workspace = @Workspace and {dialect.AnyOf("source_run_id", "@Ids")}", place, ct);

        // A data set's record is of one experiment: the target gets its own, and the old one stays for the runs that are left.
        await tx.ExecuteAsync(
            $"""
            insert into datasets (experiment_id, name, digest, source_type, source, schema, profile)
            select @To, name, digest, source_type, source, schema, profile from datasets
            where no in (select dataset_no from run_inputs where {isMoved})
            on conflict (experiment_id, name, digest) do nothing
            """,
            place,
            ct);
        foreach (var table in new[] { "run_input_tags", "run_inputs" })
        {
            await tx.ExecuteAsync(
                $"""
                update {table} set dataset_no = (
                    select there.no from datasets here
                    join datasets there on there.name = here.name and there.digest = here.digest and there.experiment_id = @To
                    where here.no = {table}.dataset_no)
                where {isMoved}
                """,
                place,
                ct);
        }
    }

    // The traces that the runs made, and those that are linked to no other run.
    private Task<int> MoveTracesAsync(DbTransaction tx, object place, CancellationToken ct)
    {
        var dialect = database.Dialect;
        return tx.ExecuteAsync(
            $"""
            update traces set experiment_id = @To where workspace = @Workspace and no in (
                select trace_no from trace_metadata
                where key = 'mlflow.sourceRun' and {dialect.AnyOf(dialect.Indexed("value"), "@Ids")}
                union
                select t.no from trace_runs l join traces t on t.workspace = l.workspace and t.id = l.trace_id
                where l.workspace = @Workspace and {dialect.AnyOf("l.run_id", "@Ids")} and not exists (
                    select 1 from trace_runs o
                    where o.workspace = l.workspace and o.trace_id = l.trace_id and {dialect.NoneOf("o.run_id", "@Ids")}))
            """,
            place,
            ct);
    }
}
