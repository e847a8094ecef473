using System.Data;
using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Inputs;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Import;

/// <summary>Rows of experiments and runs that were made elsewhere: what is missing is added, what is there stays.</summary>
internal sealed class ImportStore(Database database)
{
    // File stores number their experiments with 18 digits; ours go on counting below.
    private const long HighestCounted = 1_000_000_000;

    private const string AddTags =
        """
        insert into run_tags (run_no, key, value) {0}
        on conflict (run_no, key) do nothing
        """;

    /// <summary>The number of the experiment of this name, added when there is none.</summary>
    public Task<(long Id, bool Added)> ExperimentAsync(WorkspaceName workspace, Experiment experiment, CancellationToken ct) =>
        database.WriteAsync(async (tx, token) =>
        {
            var found = await tx.FindAsync<long?>(
                "select id from experiments where workspace = @Workspace and name = @Name",
                new { Workspace = workspace.Value, experiment.Name },
                token);
            var id = found ?? await AddAsync(tx, experiment, token);
            foreach (var (key, value) in experiment.Tags)
            {
                await tx.ExecuteAsync(
                    "insert into experiment_tags (experiment_id, key, value) values (@Id, @Key, @Value) on conflict do nothing",
                    new { Id = id, Key = key, Value = value },
                    token);
            }

            return (id, found is null);
        }, ct);

    /// <summary>Whether the run was added, and what of it differs from one that was here.</summary>
    public Task<(bool Added, IReadOnlyList<string> Kept)> RunAsync(WorkspaceName workspace, ImportedRun run, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var added = await AddAsync(tx, workspace, run, token);
            if (!added && await tx.FindAsync<string>("select workspace from runs where id = @Id", new { run.Row.Id }, token) != workspace.Value)
                throw new SlipwayException(ErrorCode.AlreadyExists, $"The run id {run.Row.Id} is taken in another workspace.");
            var row = await RunStore.GetAsync(tx, workspace, run.Row.Id, token);
            await EndAsync(tx, row, run.Row, token);
            await TextRows.WriteAsync(tx, TextRows.AddParams, row.No, run.Params, token);
            await TextRows.WriteAsync(tx, AddTags, row.No, run.Tags, token);
            await InputStore.AddInputsAsync(tx, row, run.Inputs, run.ModelInputs, token);
            await InputStore.AddOutputsAsync(tx, row, run.ModelOutputs, token);
            IReadOnlyList<string> kept = added ? [] :
            [
                .. await DifferencesAsync(tx, "params", "param", row.No, run.Params, token),
                .. await DifferencesAsync(tx, "run_tags", "tag", row.No, run.Tags, token),
            ];
            return (added, kept);
        }, ct);

    private static async Task<long> AddAsync(DbTransaction tx, Experiment experiment, CancellationToken ct)
    {
        var id = experiment.Id;
        while (id <= 0 || await tx.FindAsync<long?>("select id from experiments where id = @Id", new { Id = id }, ct) is not null)
        {
            id = await tx.FindAsync<long>(
                "update experiment_numbers set next = next + 1 where name = 'experiment' returning next - 1", null, ct);
        }

        await tx.ExecuteAsync(
            "update experiment_numbers set next = @Id + 1 where name = 'experiment' and next <= @Id and @Id < @Highest",
            new { Id = id, Highest = HighestCounted },
            ct);
        await tx.ExecuteAsync(
            """
            insert into experiments (id, workspace, name, artifact_location, deleted, created_at, updated_at)
            values (@Id, @Workspace, @Name, @Location, @Deleted, @CreatedAt, @UpdatedAt)
            """,
            new
            {
                Id = id,
                experiment.Workspace,
                experiment.Name,
                Location = experiment.ArtifactLocation.Length > 0 ? experiment.ArtifactLocation : $"mlflow-artifacts:/{id}",
                experiment.Deleted,
                experiment.CreatedAt,
                experiment.UpdatedAt,
            },
            ct);
        return id;
    }

    private static async Task<bool> AddAsync(DbTransaction tx, WorkspaceName workspace, ImportedRun run, CancellationToken ct) =>
        await tx.ExecuteAsync(
            """
            insert into runs
                (id, workspace, experiment_id, name, user_id, status, started_at, ended_at, artifact_uri, deleted, deleted_at)
            values
                (@Id, @Workspace, @ExperimentId, @Name, @UserId, @Status, @StartedAt, @EndedAt, @ArtifactUri, @Deleted, @DeletedAt)
            on conflict (id) do nothing
            """,
            new
            {
                run.Row.Id,
                Workspace = workspace.Value,
                run.Row.ExperimentId,
                run.Row.Name,
                run.Row.UserId,
                run.Row.Status,
                run.Row.StartedAt,
                run.Row.EndedAt,
                run.Row.ArtifactUri,
                run.Row.Deleted,
                run.DeletedAt,
            },
            ct) == 1;

    // A run that went on over there since the last import has ended meanwhile.
    private static Task EndAsync(DbTransaction tx, RunRow here, RunRow source, CancellationToken ct) =>
        here.EndedAt is null && here.Status is "RUNNING" or "SCHEDULED" && (source.Status, source.EndedAt) != (here.Status, here.EndedAt)
            ? tx.ExecuteAsync(
                "update runs set status = @Status, ended_at = @EndedAt where no = @No",
                new { source.Status, source.EndedAt, here.No },
                ct)
            : Task.CompletedTask;

    private static async Task<IEnumerable<string>> DifferencesAsync(
        DbTransaction tx, string table, string what, long no, IReadOnlyList<KeyValue> wanted, CancellationToken ct)
    {
        var here = (await tx.QueryAsync<KeyValue>($"select key, value from {table} where run_no = @No", new { No = no }, ct))
            .ToDictionary(row => row.Key, row => row.Value);
        return wanted.Where(pair => here[pair.Key] != pair.Value).Select(pair => $"{what} '{pair.Key}' has another value here");
    }
}
