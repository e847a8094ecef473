using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Registry.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Serving.Online;
using Slipway.Serving.Runtimes;
using Slipway.Tracking.Contracts;

namespace Slipway.Serving.Batch.Scoring;

/// <summary>
/// <c>type: batch_score</c>: the model of input <c>model</c> over the files of input <c>data</c>, by mini-batches; the answers
/// are one file in the output <c>score</c>.
/// </summary>
internal sealed class BatchScoreStep(DeploymentLoader loader, ILakeTables lake, ContentStore content, ITracking tracking, TimeProvider time) : IStepKind
{
    public const string Kind = "batch_score";

    public string Name => Kind;

    public IReadOnlyList<StepField> Fields => BatchScoreSettings.Fields;

    public int Revision => 1;

    public bool IsDeterministic => true;

    public async Task RunAsync(StepContext step, CancellationToken ct)
    {
        var settings = BatchScoreSettings.Read(step.Settings);
        var model = step.Inputs.GetValueOrDefault("model")?.Model
            ?? throw SlipwayException.Invalid("The step has no input 'model' that is a registered model: {type: custom_model, path: azureml:NAME:VERSION}.");
        var data = step.Inputs.GetValueOrDefault("data")?.Path ?? throw SlipwayException.Invalid("The step has no input 'data' with files.");
        var folder = step.OutputFolders.GetValueOrDefault("score") ?? throw SlipwayException.Invalid("The step has no output 'score'; declare it under outputs.");
        using var connection = lake.Connect();
        var batches = MiniBatch.Split(data, settings.MiniBatchSize, connection, ct);
        var progress = new BatchProgress(step, batches, settings, tracking, time);
        await ScoreAsync(step, await progress.BeginAsync(ct), progress, settings, model, ct);
        var parts = await progress.EndAsync(ct);
        if (settings.AppendsRows)
            connection.Execute(Join(parts, Path.Combine(folder, settings.OutputFile)), ct);
    }

    private async Task ScoreAsync(
        StepContext step, IReadOnlyList<MiniBatch> open, BatchProgress progress, BatchScoreSettings settings, ModelVersion model, CancellationToken ct)
    {
        if (open.Count == 0)
            return;
        var workers = Math.Min(settings.Concurrency, open.Count);
        var definition = await DefinitionAsync(model, settings, workers, ct);
        var deployment = await loader.LoadAsync(step.Caller.Workspace, definition, model, CollectMode.Off, ct);
        try
        {
            await using var givenUp = ct.Register(deployment.Model.Interrupt);
            deployment.Model.CheckSignature();
            var scorer = new MiniBatchScorer(deployment, lake, settings, step.Log, time);
            await Parallel.ForEachAsync(
                open,
                new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = ct },
                async (batch, token) => await progress.KeepAsync(batch, await scorer.RunAsync(batch, progress.TargetOf(batch), token), token));
        }
        finally
        {
            deployment.Release();
        }
    }

    private async Task<OnlineDeployment> DefinitionAsync(ModelVersion model, BatchScoreSettings settings, int workers, CancellationToken ct)
    {
        var runtime = settings.Runtime ?? KnownRuntimes.Of(await content.GetTreeAsync(model.Tree, ct));
        return new OnlineDeployment
        {
            Endpoint = "batch",
            Name = "batch",
            Model = model.Model,
            ModelVersion = model.Number,
            State = EndpointStore.Succeeded,
            CreatedAt = time.GetUtcNow(),
            Settings = DeploymentSettings.Default with
            {
                Runtime = runtime,
                Concurrency = workers,
                Threads = workers == 1 ? 0 : 1,
                RequestTimeoutMilliseconds = settings.Timeout is { } limit ? (int)limit.TotalMilliseconds : DeploymentSettings.Unlimited,
            },
        };
    }

    private static string Join(IReadOnlyList<string> parts, string target)
    {
        var format = target.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase) ? "format parquet, compression zstd" : "format csv, header";
        return $"copy (select * from read_parquet({DuckDbSql.Literals(parts)}, union_by_name = true)) to {DuckDbSql.Literal(target)} ({format})";
    }
}
