using System.Data;
using System.Data.Common;
using Npgsql;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Runs;

/// <summary>The rows of runs and their tags and params.</summary>
internal sealed class RunStore(Database database, TimeProvider time)
{
    public const string NameTag = "mlflow.runName";

    public const string Columns =
        "r.no, r.id, r.experiment_id, r.name, r.user_id, r.status, r.started_at, r.ended_at, r.artifact_uri, r.deleted";

    /// <summary>Adds a run with its tags; false when its id is taken, and nothing is written.</summary>
    public Task<bool> AddAsync(Caller caller, RunRow run, IReadOnlyList<KeyValue> tags, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var no = await tx.FindAsync<long?>(
                """
                insert into runs
                    (id, workspace, experiment_id, name, user_id, status, started_at, ended_at, artifact_uri, deleted, created_at, created_by)
                values
                    (@Id, @Workspace, @ExperimentId, @Name, @UserId, @Status, @StartedAt, @EndedAt, @ArtifactUri, false, @Now, @By)
                on conflict (id) do nothing
                returning no
                """,
                new
                {
                    run.Id,
                    Workspace = caller.Workspace.Value,
                    run.ExperimentId,
                    run.Name,
                    run.UserId,
                    run.Status,
                    run.StartedAt,
                    run.EndedAt,
                    run.ArtifactUri,
                    Now = time.UtcNow(),
                    By = caller.Principal,
                },
                token);
            if (no is null)
                return false;
            await WriteTagsAsync(tx, no.Value, tags, token);
            return true;
        }, ct);

    public Task<RunRow?> FindAsync(WorkspaceName workspace, string id, CancellationToken ct) => database.FindAsync<RunRow>(
        $"select {Columns} from runs r where r.id = @Id and r.workspace = @Workspace",
        new { Id = id, Workspace = workspace.Value },
        ct);

    public async Task<RunRow> GetAsync(WorkspaceName workspace, string id, CancellationToken ct) =>
        await FindAsync(workspace, id, ct) ?? throw Unknown(id);

    /// <summary>The run, for a write in this transaction, until whose end it is not purged; NotFound when it does not exist.</summary>
    public static async Task<RunRow> GetAsync(DbTransaction tx, WorkspaceName workspace, string id, CancellationToken ct) =>
        await tx.FindAsync<RunRow>(
            $"select {Columns} from runs r where r.id = @Id and r.workspace = @Workspace {(tx is NpgsqlTransaction ? "for key share" : "")}",
            new { Id = id, Workspace = workspace.Value },
            ct) ?? throw Unknown(id);

    /// <summary>Changes what is given of an active run.</summary>
    public Task<RunRow> UpdateAsync(
        Caller caller, string id, string? status, long? endedAt, string? name, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var run = await GetAsync(tx, caller.Workspace, id, token);
            run.DemandActive();
            var changed = run with { Status = status ?? run.Status, EndedAt = endedAt ?? run.EndedAt, Name = name ?? run.Name };
            await tx.ExecuteAsync(
                "update runs set status = @Status, ended_at = @EndedAt, name = @Name where no = @No",
                new { changed.Status, changed.EndedAt, changed.Name, run.No },
                token);
            if (name is not null)
                await WriteTagsAsync(tx, run.No, [new KeyValue(NameTag, name)], token);
            await RunHistory.AddAsync(
                tx,
                run.No,
                Author.Of(caller, time),
                [new RunChange("status", null, run.Status, changed.Status), new RunChange("name", null, run.Name, changed.Name)],
                token);
            return changed;
        }, ct);

    /// <summary>Marks the run deleted or takes the mark away; it may be so already.</summary>
    public Task MarkAsync(Caller caller, string id, bool deleted, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var run = await GetAsync(tx, caller.Workspace, id, token);
            var by = Author.Of(caller, time);
            var marked = await tx.ExecuteAsync(
                "update runs set deleted = @Deleted, deleted_at = @At where no = @No and deleted <> @Deleted",
                new { Deleted = deleted, At = deleted ? by.Time : (long?)null, run.No },
                token);
            if (marked == 1)
                await RunHistory.AddAsync(tx, run.No, by, [new RunChange(RunHistory.MarkAct(deleted), null, null, null)], token);
        }, ct);

    public Task DeleteTagAsync(Caller caller, string id, string key, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var run = await GetAsync(tx, caller.Workspace, id, token);
            run.DemandActive();
            await RunHistory.AddDeletedTagAsync(tx, run.No, Author.Of(caller, time), key, token);
            var deleted = await tx.ExecuteAsync(
                "delete from run_tags where run_no = @No and key = @Key", new { run.No, Key = key }, token);
            if (deleted == 0)
                throw new SlipwayException(ErrorCode.NotFound, $"No tag with name: {key} in run with id {id}.");
        }, ct);

    /// <summary>Sets tags; the one of the run's name renames the run.</summary>
    public static async Task SetTagsAsync(DbTransaction tx, long runNo, IReadOnlyList<KeyValue> tags, Author by, CancellationToken ct)
    {
        await RunHistory.AddTagsAsync(tx, runNo, by, tags, ct);

        // The run before its tags, as in UpdateAsync: two that wait for each other would be a deadlock.
        foreach (var (key, value) in tags)
        {
            if (key == NameTag)
                await tx.ExecuteAsync("update runs set name = @Name where no = @No", new { Name = value, No = runNo }, ct);
        }

        await WriteTagsAsync(tx, runNo, tags, ct);
    }

    /// <summary>Adds params; one that has another value already is refused, and with it the transaction.</summary>
    public static async Task AddParamsAsync(
        DbTransaction tx, RunRow run, IReadOnlyList<KeyValue> wanted, CancellationToken ct)
    {
        var added = await TextRows.WriteAsync(tx, TextRows.AddParams, run.No, wanted, ct);
        if (added == wanted.Count)
            return;

        var kept = (await tx.QueryAsync<KeyValue>(
            "select key, value from params where run_no = @No", new { run.No }, ct)).ToDictionary(row => row.Key, row => row.Value);
        foreach (var (key, value) in wanted)
        {
            if (kept[key] != value)
            {
                throw SlipwayException.Invalid(
                    $"Changing param values is not allowed. Param with key='{key}' was already logged with value='{kept[key]}' "
                    + $"for run ID='{run.Id}'. Attempted logging new value '{value}'.");
            }
        }
    }

    public static SlipwayException Unknown(string id) => new(ErrorCode.NotFound, $"Run with id={id} not found.");

    private static Task<int> WriteTagsAsync(DbTransaction tx, long runNo, IReadOnlyList<KeyValue> tags, CancellationToken ct) =>
        TextRows.WriteAsync(tx, TextRows.SetTags, runNo, tags, ct);
}
