using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking;

/// <summary>What the modules above see: the operations, by the words of the contract.</summary>
internal sealed class RunTracking(
    ExperimentStore experiments,
    RunStore runs,
    CreateRun create,
    GetRun get,
    UpdateRun update,
    LogBatch batches,
    MetricKeys keys,
    MetricStore metrics,
    ArtifactStore artifacts,
    ContentStore contents,
    IAccess access,
    TimeProvider time) : ITracking
{
    public async Task<Run> StartRunAsync(Caller caller, NewRun wanted, CancellationToken ct)
    {
        if (wanted.Id is not null && await get.RunAsync(caller, wanted.Id, ct) is { } existing)
            return existing.ToRun();

        var experiment = await ExperimentAsync(caller, wanted, ct);
        var tags = wanted.Tags.Select(tag => new KeyValue(tag.Key, tag.Value)).ToList();
        if (wanted.ParentRunId is not null)
            tags.Add(new KeyValue("mlflow.parentRunId", wanted.ParentRunId));
        var run = await create.RunAsync(
            caller,
            new RunRow
            {
                No = 0,
                Id = wanted.Id ?? Ids.New(time),
                ExperimentId = experiment,
                Name = wanted.Name ?? "",
                UserId = caller.Principal,
                Status = RunStates.Name(RunStatus.Running),
                StartedAt = time.UtcNow(),
                ArtifactUri = "",
                Deleted = false,
            },
            tags,
            ct);
        return run.ToRun();
    }

    public async Task<Run?> FindRunAsync(Caller caller, string runId, CancellationToken ct) =>
        (await get.RunAsync(caller, runId, ct))?.ToRun();

    public async Task LogAsync(
        Caller caller,
        string runId,
        IReadOnlyCollection<MetricPoint> metrics,
        IReadOnlyDictionary<string, string> parameters,
        IReadOnlyDictionary<string, string> tags,
        CancellationToken ct)
    {
        foreach (var metric in metrics)
            MlflowNames.DemandKey("metric", "key", metric.Key);
        var numbers = await keys.GetAsync(metrics.Select(metric => metric.Key).ToHashSet(StringComparer.Ordinal), ct);
        var batch = new Batch
        {
            Points = metrics
                .Select(metric => StoredPoint.Of(
                    numbers[metric.Key], metric.Value, metric.Time.ToUnixTimeMilliseconds(), metric.Step))
                .ToArray(),
            Params = [.. parameters.Select(param => RunTags.Param("key", param.Key, param.Value))],
            Tags = RunTags.Checked([.. tags.Select(tag => new KeyValue(tag.Key, tag.Value))]),
        };
        await batches.RunAsync(caller, runId, batch, ct);
    }

    public async Task<IReadOnlyList<MetricPoint>> SeriesAsync(Caller caller, string runId, string key, DateTimeOffset after, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"run:{runId}", ct);
        if (await runs.FindAsync(caller.Workspace, runId, ct) is not { } run || await keys.FindAsync(key, ct) is not { } number)
            return [];

        var points = new List<MetricPoint>();
        var last = new StoredPoint(number, after.ToUnixTimeMilliseconds(), long.MaxValue, double.MaxValue, IsNaN: true);
        await foreach (var point in metrics.ReadAsync(run.No, number, last, long.MaxValue, ct))
            points.Add(new MetricPoint(key, point.Shown, point.Step, point.Time.ToTime()));
        return points;
    }

    public async Task<MetricPoint?> LastValueAsync(Caller caller, string runId, string key, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"run:{runId}", ct);
        return await runs.FindAsync(caller.Workspace, runId, ct) is { } run && await keys.FindAsync(key, ct) is { } number
            && await metrics.LastAsync(run.No, number, ct) is { } last
            ? new MetricPoint(key, last.Shown, last.Step, last.Time.ToTime())
            : null;
    }

    public async Task<IReadOnlyList<LastValue>> LastValuesAsync(
        Caller caller, string experiment, string key, int most, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"experiment:{experiment}", ct);
        if (await keys.FindAsync(key, ct) is not { } number)
            return [];
        if (await experiments.FindByNameAsync(caller.Workspace, experiment, ct) is not { } known)
            return [];
        var found = await metrics.LastOfExperimentAsync(known.Id, number, most, ct);
        return [.. found.Select(last => new LastValue(last.RunId, new MetricPoint(key, last.Point.Shown, last.Point.Step, last.Point.Time.ToTime())))];
    }

    public Task FinishRunAsync(Caller caller, string runId, RunStatus status, CancellationToken ct) =>
        update.RunAsync(caller, runId, RunStates.Name(status), time.UtcNow(), null, ct);

    public async Task LogArtifactsAsync(Caller caller, string runId, string folder, Digest tree, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"run:{runId}", ct);
        var run = await runs.GetAsync(caller.Workspace, runId, ct);
        run.DemandActive();
        var root = RunArtifacts.RootOf(run).Append(ArtifactPath.Parse(folder));
        var entries = (await contents.KeepTreeAsync(tree, ct)).Entries;
        await artifacts.PutAsync(
            caller.Workspace,
            [.. entries.Select(entry => (root.Append(ArtifactPath.Parse(entry.Path)), new Blob(entry.Digest, entry.Size)))],
            ct);
    }

    public async Task<Tree> ArtifactsAsync(Caller caller, string runId, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"run:{runId}", ct);
        var run = await runs.GetAsync(caller.Workspace, runId, ct);
        var files = await artifacts.FilesBelowAsync(caller.Workspace, RunArtifacts.RootOf(run), ct);
        return await contents.PutTreeAsync(files, ct);
    }

    private async Task<long> ExperimentAsync(Caller caller, NewRun wanted, CancellationToken ct)
    {
        if (wanted.Experiment is not { } name)
        {
            var parent = wanted.ParentRunId ?? throw SlipwayException.Invalid("A run needs an experiment, or a parent whose experiment it shares.");
            await access.DemandAsync(caller, Permission.Write, $"run:{parent}", ct);
            return (await runs.GetAsync(caller.Workspace, parent, ct)).ExperimentId;
        }

        await access.DemandAsync(caller, Permission.Write, $"experiment:{name}", ct);
        CreateExperiment.DemandName("experiment", name);
        return (await experiments.GetOrCreateAsync(caller.Workspace, name, ct)).Id;
    }
}
