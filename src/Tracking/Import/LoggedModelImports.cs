using System.Data;
using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.LoggedModels;

namespace Slipway.Tracking.Import;

/// <summary>Rows of logged models that were made elsewhere: what is missing is added, what is there stays.</summary>
internal sealed class LoggedModelImports(Database database)
{
    public Task<bool> AddAsync(
        WorkspaceName workspace,
        LoggedModelRow row,
        IReadOnlyList<KeyValue> parameters,
        IReadOnlyList<KeyValue> tags,
        IReadOnlyList<(string RunId, NewModelPoint Point)> points,
        CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var added = await InsertAsync(tx, workspace, row, token);
            if (!added && await tx.FindAsync<string>("select workspace from logged_models where id = @Id", new { row.Id }, token) != workspace.Value)
                throw new SlipwayException(ErrorCode.AlreadyExists, $"The id {row.Id} of a logged model is taken in another workspace.");
            await AddTextsAsync(tx, "logged_model_params", row.Id, parameters, token);
            await AddTextsAsync(tx, "logged_model_tags", row.Id, tags, token);
            foreach (var run in points.GroupBy(point => point.RunId).OrderBy(run => run.Key, StringComparer.Ordinal))
                await LoggedModelStore.InsertPointsAsync(tx, run.Key, [.. run.Select(point => point.Point)], token);
            return added;
        }, ct);

    private static async Task<bool> InsertAsync(DbTransaction tx, WorkspaceName workspace, LoggedModelRow row, CancellationToken ct) =>
        await tx.ExecuteAsync(
            """
            insert into logged_models
                (id, workspace, experiment_id, name, artifact_uri, status, status_message, model_type, source_run_id,
                 created_at, updated_at, deleted)
            values
                (@Id, @Workspace, @ExperimentId, @Name, @ArtifactUri, @Status, @StatusMessage, @ModelType, @SourceRunId,
                 @CreatedAt, @UpdatedAt, @Deleted)
            on conflict (id) do nothing
            """,
            new
            {
                row.Id,
                Workspace = workspace.Value,
                row.ExperimentId,
                row.Name,
                row.ArtifactUri,
                row.Status,
                row.StatusMessage,
                row.ModelType,
                row.SourceRunId,
                row.CreatedAt,
                row.UpdatedAt,
                row.Deleted,
            },
            ct) == 1;

    private static async Task AddTextsAsync(
        DbTransaction tx, string table, string id, IReadOnlyList<KeyValue> texts, CancellationToken ct)
    {
        foreach (var (key, value) in texts.OrderBy(text => text.Key, StringComparer.Ordinal))
        {
            await tx.ExecuteAsync(
                $"insert into {table} (model_id, key, value) values (@Id, @Key, @Value) on conflict do nothing",
                new { Id = id, Key = key, Value = value },
                ct);
        }
    }
}
