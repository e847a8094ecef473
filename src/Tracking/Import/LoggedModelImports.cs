using System.Data;
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
            var added = await tx.ExecuteAsync(
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
                token) == 1;
            if (!added && await tx.FindAsync<string>("select workspace from logged_models where id = @Id", new { row.Id }, token) != workspace.Value)
                throw new SlipwayException(ErrorCode.AlreadyExists, $"The id {row.Id} of a logged model is taken in another workspace.");
            foreach (var (table, texts) in new[] { ("logged_model_params", parameters), ("logged_model_tags", tags) })
            {
                foreach (var (key, value) in texts.OrderBy(text => text.Key, StringComparer.Ordinal))
                {
                    await tx.ExecuteAsync(
                        $"insert into {table} (model_id, key, value) values (@Id, @Key, @Value) on conflict do nothing",
                        new { row.Id, Key = key, Value = value },
                        token);
                }
            }

            foreach (var run in points.GroupBy(point => point.RunId).OrderBy(run => run.Key, StringComparer.Ordinal))
                await LoggedModelStore.InsertPointsAsync(tx, run.Key, [.. run.Select(point => point.Point)], token);
            return added;
        }, ct);
}
