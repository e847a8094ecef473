using System.Data;
using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Inputs;

/// <summary>What runs read (data sets, models) and which models they made.</summary>
internal sealed class InputStore(Database database)
{
    public Task AddInputsAsync(
        WorkspaceName workspace, string runId, IReadOnlyList<DatasetInput> datasets, IReadOnlyList<string> models, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var run = await RunStore.GetAsync(tx, workspace, runId, token);
            run.DemandActive();
            await AddInputsAsync(tx, run, datasets, models, token);
        }, ct);

    public static async Task AddInputsAsync(
        DbTransaction tx, RunRow run, IReadOnlyList<DatasetInput> datasets, IReadOnlyList<string> models, CancellationToken ct)
    {
        foreach (var input in datasets)
            await AddDatasetAsync(tx, run, input, ct);
        foreach (var model in models)
        {
            await tx.ExecuteAsync(
                "insert into run_model_inputs (run_no, model_id) values (@No, @Model) on conflict do nothing",
                new { run.No, Model = model },
                ct);
        }
    }

    public Task AddOutputsAsync(
        WorkspaceName workspace, string runId, IReadOnlyList<ModelOutput> models, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, async (tx, token) =>
        {
            var run = await RunStore.GetAsync(tx, workspace, runId, token);
            run.DemandActive();
            await AddOutputsAsync(tx, run, models, token);
        }, ct);

    public static async Task AddOutputsAsync(DbTransaction tx, RunRow run, IReadOnlyList<ModelOutput> models, CancellationToken ct)
    {
        foreach (var model in models)
        {
            await tx.ExecuteAsync(
                """
                insert into run_model_outputs (run_no, model_id, step) values (@No, @ModelId, @Step)
                on conflict (run_no, model_id) do update set step = excluded.step
                """,
                new { run.No, model.ModelId, model.Step },
                ct);
        }
    }

    /// <summary>The data sets of experiments with their uses, at most a thousand.</summary>
    public Task<IReadOnlyList<DatasetSummary>> SummariesAsync(
        WorkspaceName workspace, long[] experiments, CancellationToken ct) => database.QueryAsync<DatasetSummary>(
        $"""
        select distinct d.experiment_id, d.name, d.digest, t.value as context
        from datasets d
        join experiments e on e.id = d.experiment_id and e.workspace = @Workspace
        join run_inputs i on i.dataset_no = d.no
        left join run_input_tags t
            on t.run_no = i.run_no and t.dataset_no = i.dataset_no and t.key = 'mlflow.data.context'
        where {database.Dialect.AnyOf("d.experiment_id", "@Experiments")}
        order by d.name, d.digest
        limit 1000
        """,
        new { Workspace = workspace.Value, Experiments = experiments },
        ct);

    private static async Task AddDatasetAsync(DbTransaction tx, RunRow run, DatasetInput input, CancellationToken ct)
    {
        var no = await GetNumberAsync(tx, run, input.Dataset, ct);
        var added = await tx.ExecuteAsync(
            """
            insert into run_inputs (run_no, dataset_no, position)
            select @No, @Dataset, count(*) from run_inputs where run_no = @No
            on conflict do nothing
            """,
            new { run.No, Dataset = no },
            ct);

        // A use that is logged again changes nothing, its tags neither.
        for (var i = 0; i < input.Tags.Count && added == 1; i++)
        {
            await tx.ExecuteAsync(
                """
                insert into run_input_tags (run_no, dataset_no, position, key, value) values (@No, @Dataset, @Position, @Key, @Value)
                on conflict (run_no, dataset_no, key) do update set value = excluded.value
                """,
                new { run.No, Dataset = no, Position = i, input.Tags[i].Key, input.Tags[i].Value },
                ct);
        }
    }

    /// <summary>The number of the record with this name and digest, which is made when there is none.</summary>
    private static async Task<long> GetNumberAsync(DbTransaction tx, RunRow run, Dataset dataset, CancellationToken ct)
    {
        await tx.ExecuteAsync(
            """
            insert into datasets (experiment_id, name, digest, source_type, source, schema, profile)
            values (@ExperimentId, @Name, @Digest, @SourceType, @Source, @Schema, @Profile)
            on conflict (experiment_id, name, digest) do nothing
            """,
            new
            {
                run.ExperimentId,
                dataset.Name,
                dataset.Digest,
                dataset.SourceType,
                dataset.Source,
                dataset.Schema,
                dataset.Profile,
            },
            ct);
        return await tx.FindAsync<long>(
            "select no from datasets where experiment_id = @ExperimentId and name = @Name and digest = @Digest",
            new { run.ExperimentId, dataset.Name, dataset.Digest },
            ct);
    }
}
