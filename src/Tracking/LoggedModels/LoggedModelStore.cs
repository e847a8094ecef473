using System.Data;
using System.Data.Common;
using Dapper;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Metrics;

namespace Slipway.Tracking.LoggedModels;

internal sealed class LoggedModelStore(Database database, LoggedModelReader reader, TimeProvider time)
{
    private const string Columns =
        """
        l.id, l.experiment_id, l.name, l.artifact_uri, l.status, l.status_message, l.model_type, l.source_run_id,
        l.created_at, l.updated_at, l.deleted
        """;

    public Task AddAsync(
        WorkspaceName workspace, LoggedModelRow row, IReadOnlyList<KeyValue> parameters, IReadOnlyList<KeyValue> tags, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            await tx.ExecuteAsync(
                """
                insert into logged_models
                    (id, workspace, experiment_id, name, artifact_uri, status, model_type, source_run_id, created_at, updated_at, deleted)
                values
                    (@Id, @Workspace, @ExperimentId, @Name, @ArtifactUri, @Status, @ModelType, @SourceRunId, @CreatedAt, @UpdatedAt, false)
                """,
                new
                {
                    row.Id,
                    Workspace = workspace.Value,
                    row.ExperimentId,
                    row.Name,
                    row.ArtifactUri,
                    row.Status,
                    row.ModelType,
                    row.SourceRunId,
                    row.CreatedAt,
                    row.UpdatedAt,
                },
                token);
            await AddParamsAsync(tx, row.Id, parameters, token);
            await SetTagsAsync(tx, row.Id, tags, token);
        }, ct);

    public async Task<LoggedModel?> FindAsync(WorkspaceName workspace, string id, bool deletedToo, CancellationToken ct)
    {
        var row = await database.FindAsync<LoggedModelRow>(
            $"select {Columns} from logged_models l where l.id = @Id and l.workspace = @Workspace",
            new { Id = id, Workspace = workspace.Value },
            ct);
        return row is null || (row.Deleted && !deletedToo) ? null : (await reader.ReadAsync([row], ct))[0];
    }

    public async Task<LoggedModel> GetAsync(WorkspaceName workspace, string id, CancellationToken ct) =>
        await FindAsync(workspace, id, deletedToo: false, ct) ?? throw Unknown(id);

    /// <param name="where">Conditions on l, with "and" in front.</param>
    /// <param name="orderBy">With its joins in front of it.</param>
    public async Task<IReadOnlyList<LoggedModel>> SearchAsync(
        string joins, string where, string orderBy, DynamicParameters parameters, CancellationToken ct)
    {
        var rows = await database.QueryAsync<LoggedModelRow>(
            $"""
            select {Columns} from logged_models l {joins}
            where l.workspace = @Workspace and l.deleted = false {where}
            {orderBy} limit @Limit offset @Offset
            """,
            parameters,
            ct);
        return await reader.ReadAsync(rows, ct);
    }

    public Task SetStatusAsync(WorkspaceName workspace, string id, int status, CancellationToken ct) =>
        ChangeAsync(workspace, id, (_, _) => Task.CompletedTask, ct, status);

    public Task SetTagsAsync(WorkspaceName workspace, string id, IReadOnlyList<KeyValue> tags, CancellationToken ct) =>
        ChangeAsync(workspace, id, (tx, token) => SetTagsAsync(tx, id, tags, token), ct);

    public Task AddParamsAsync(WorkspaceName workspace, string id, IReadOnlyList<KeyValue> parameters, CancellationToken ct) =>
        ChangeAsync(workspace, id, (tx, token) => AddParamsAsync(tx, id, parameters, token), ct);

    public Task DeleteTagAsync(WorkspaceName workspace, string id, string key, CancellationToken ct) =>
        ChangeAsync(workspace, id, async (tx, token) =>
        {
            if (await tx.ExecuteAsync("delete from logged_model_tags where model_id = @Id and key = @Key", new { Id = id, Key = key }, token) == 0)
                throw new SlipwayException(ErrorCode.NotFound, $"No tag with key '{key}' found for model with ID '{id}'.");
        }, ct);

    public Task DeleteAsync(WorkspaceName workspace, string id, CancellationToken ct) =>
        ChangeAsync(workspace, id, (tx, token) => tx.ExecuteAsync(
            "update logged_models set deleted = true where id = @Id", new { Id = id }, token), ct);

    /// <summary>Adds points that were measured on models; each model must exist.</summary>
    public static async Task AddPointsAsync(
        DbTransaction tx, WorkspaceName workspace, string runId, IReadOnlyList<NewModelPoint> points, CancellationToken ct)
    {
        foreach (var id in points.Select(point => point.ModelId).Distinct(StringComparer.Ordinal))
            await DemandAsync(tx, workspace, id, ct);
        if (points.Count > 0)
            await InsertPointsAsync(tx, runId, points, ct);
    }

    public static Task<int> InsertPointsAsync(
        DbTransaction tx, string runId, IReadOnlyList<NewModelPoint> points, CancellationToken ct) =>
        tx.ExecuteAsync(
            """
            insert into logged_model_metrics
                (model_id, key_no, time, step, run_id, dataset_name, dataset_digest, value, is_nan)
            values (@ModelId, @KeyNo, @Time, @Step, @RunId, @DatasetName, @DatasetDigest, @Value, @IsNaN)
            on conflict do nothing
            """,
            Sorted(points).Select(point => new
            {
                point.ModelId,
                point.Point.KeyNo,
                point.Point.Time,
                point.Point.Step,
                RunId = runId,
                point.DatasetName,
                point.DatasetDigest,
                point.Point.Value,
                point.Point.IsNaN,
            }).ToList(),
            ct);

    public static SlipwayException Unknown(string id) => new(ErrorCode.NotFound, $"Logged model with ID '{id}' not found.");

    // In the order of the key: two batches with the same points wait for each other and never in a circle.
    private static IEnumerable<NewModelPoint> Sorted(IReadOnlyList<NewModelPoint> points) => points
        .OrderBy(point => point.ModelId, StringComparer.Ordinal)
        .ThenBy(point => (point.Point.KeyNo, point.Point.Time, point.Point.Step, point.Point.Value, point.Point.IsNaN))
        .ThenBy(point => point.DatasetName, StringComparer.Ordinal)
        .ThenBy(point => point.DatasetDigest, StringComparer.Ordinal);

    private Task ChangeAsync(
        WorkspaceName workspace, string id, Func<DbTransaction, CancellationToken, Task> change, CancellationToken ct, int? status = null) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            await DemandAsync(tx, workspace, id, token);
            await tx.ExecuteAsync(
                "update logged_models set updated_at = @Now, status = coalesce(@Status, status) where id = @Id",
                new { Now = time.UtcNow(), Status = status, Id = id },
                token);
            await change(tx, token);
        }, ct);

    private static async Task DemandAsync(DbTransaction tx, WorkspaceName workspace, string id, CancellationToken ct)
    {
        if (await tx.FindAsync<string>(
            "select id from logged_models where id = @Id and workspace = @Workspace and deleted = false",
            new { Id = id, Workspace = workspace.Value },
            ct) is null)
        {
            throw Unknown(id);
        }
    }

    private static async Task AddParamsAsync(DbTransaction tx, string id, IReadOnlyList<KeyValue> parameters, CancellationToken ct)
    {
        foreach (var (key, value) in parameters.OrderBy(param => param.Key, StringComparer.Ordinal))
        {
            if (await tx.ExecuteAsync(
                "insert into logged_model_params (model_id, key, value) values (@Id, @Key, @Value) on conflict do nothing",
                new { Id = id, Key = key, Value = value },
                ct) == 0)
            {
                throw new SlipwayException(
                    ErrorCode.AlreadyExists, $"The model '{id}' has a param '{key}' already; params of a logged model do not change.");
            }
        }
    }

    private static async Task SetTagsAsync(DbTransaction tx, string id, IReadOnlyList<KeyValue> tags, CancellationToken ct)
    {
        foreach (var (key, value) in tags.OrderBy(tag => tag.Key, StringComparer.Ordinal))
        {
            await tx.ExecuteAsync(
                """
                insert into logged_model_tags (model_id, key, value) values (@Id, @Key, @Value)
                on conflict (model_id, key) do update set value = excluded.value
                """,
                new { Id = id, Key = key, Value = value },
                ct);
        }
    }
}

/// <summary>A point to be kept with a model.</summary>
internal sealed record NewModelPoint(string ModelId, StoredPoint Point, string DatasetName, string DatasetDigest);
