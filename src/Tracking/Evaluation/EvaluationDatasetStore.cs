using System.Data;
using System.Data.Common;
using Dapper;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Evaluation;

/// <summary>Evaluation datasets with their tags, experiments and records.</summary>
internal sealed class EvaluationDatasetStore(Database database, TimeProvider time)
{
    private const string Columns =
        "d.id, d.name, d.schema, d.profile, d.created_at, d.updated_at, d.created_by, d.updated_by";

    private static readonly string[] s_ofDatasets = ["evaluation_records", "evaluation_dataset_tags", "evaluation_dataset_experiments"];

    public Task InsertAsync(WorkspaceName workspace, EvaluationDataset dataset, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            await tx.ExecuteAsync(
                """
                insert into evaluation_datasets
                    (id, workspace, name, schema, profile, created_at, updated_at, created_by, updated_by)
                values (@Id, @Workspace, @Name, @Schema, @Profile, @CreatedAt, @UpdatedAt, @CreatedBy, @UpdatedBy)
                """,
                new
                {
                    dataset.Id,
                    Workspace = workspace.Value,
                    dataset.Name,
                    dataset.Schema,
                    dataset.Profile,
                    dataset.CreatedAt,
                    dataset.UpdatedAt,
                    dataset.CreatedBy,
                    dataset.UpdatedBy,
                },
                token);
            await PutTagsAsync(tx, dataset.Id, dataset.Tags, token);
            await LinkAsync(tx, dataset.Id, dataset.ExperimentIds, token);
        }, ct);

    /// <summary>The dataset; NotFound when the workspace has none of this id.</summary>
    public async Task<EvaluationDataset> GetAsync(WorkspaceName workspace, string id, CancellationToken ct) =>
        (await QueryAsync("and d.id = @Id", new DynamicParameters(new { Workspace = workspace.Value, Id = id }), ct)).SingleOrDefault()
        ?? throw EvaluationDataset.Unknown(id);

    /// <param name="rest">Conditions, order and page, as SQL.</param>
    public async Task<IReadOnlyList<EvaluationDataset>> QueryAsync(string rest, DynamicParameters parameters, CancellationToken ct)
    {
        var rows = await database.QueryAsync<EvaluationDataset>(
            $"select {Columns} from evaluation_datasets d where d.workspace = @Workspace {rest}", parameters, ct);
        var ids = new { Ids = rows.Select(row => row.Id).ToArray() };
        var tags = (await database.QueryAsync<TagRow>(
            $"select dataset_id, key, value from evaluation_dataset_tags where {database.Dialect.AnyOf("dataset_id", "@Ids")} order by key",
            ids,
            ct)).ToLookup(row => row.DatasetId, row => new KeyValue(row.Key, row.Value));
        var experiments = (await database.QueryAsync<LinkRow>(
            $"""
            select dataset_id, experiment_id from evaluation_dataset_experiments
            where {database.Dialect.AnyOf("dataset_id", "@Ids")} order by experiment_id
            """,
            ids,
            ct)).ToLookup(row => row.DatasetId, row => row.ExperimentId);
        return [.. rows.Select(row => row with { Tags = [.. tags[row.Id]], ExperimentIds = [.. experiments[row.Id]] })];
    }

    /// <summary>A change of a dataset: its row is written first, so that two writers of one dataset come after each other.</summary>
    public Task ChangeAsync(
        WorkspaceName workspace, string id, string? by, Func<DbTransaction, CancellationToken, Task> change, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            if (await tx.ExecuteAsync(
                """
                update evaluation_datasets set updated_at = @Now, updated_by = coalesce(@By, updated_by)
                where workspace = @Workspace and id = @Id
                """,
                new { Workspace = workspace.Value, Id = id, Now = time.UtcNow(), By = by },
                token) == 0)
            {
                throw EvaluationDataset.Unknown(id);
            }

            await change(tx, token);
        }, ct);

    public Task DeleteAsync(WorkspaceName workspace, string id, CancellationToken ct) =>
        ChangeAsync(workspace, id, by: null, async (tx, token) =>
        {
            foreach (var table in s_ofDatasets)
                await tx.ExecuteAsync($"delete from {table} where dataset_id = @Id", new { Id = id }, token);
            await tx.ExecuteAsync("delete from evaluation_datasets where id = @Id", new { Id = id }, token);
        }, ct);

    public static async Task PutTagsAsync(DbTransaction tx, string id, IReadOnlyList<KeyValue> tags, CancellationToken ct)
    {
        foreach (var (key, value) in tags)
        {
            await tx.ExecuteAsync(
                """
                insert into evaluation_dataset_tags (dataset_id, key, value) values (@Id, @Key, @Value)
                on conflict (dataset_id, key) do update set value = excluded.value
                """,
                new { Id = id, Key = key, Value = value },
                ct);
        }
    }

    public static async Task LinkAsync(DbTransaction tx, string id, IReadOnlyList<long> experiments, CancellationToken ct)
    {
        foreach (var experiment in experiments)
        {
            await tx.ExecuteAsync(
                """
                insert into evaluation_dataset_experiments (dataset_id, experiment_id) values (@Id, @Experiment)
                on conflict do nothing
                """,
                new { Id = id, Experiment = experiment },
                ct);
        }
    }

    private sealed record TagRow
    {
        public required string DatasetId { get; init; }

        public required string Key { get; init; }

        public required string Value { get; init; }
    }

    private sealed record LinkRow
    {
        public required string DatasetId { get; init; }

        public required long ExperimentId { get; init; }
    }
}
