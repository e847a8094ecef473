using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Slipway.Data;
using Slipway.Jobs.Caching;
using Slipway.Jobs.Compute;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Jobs.Execution;

/// <summary>Does a step: takes an earlier result over, or runs its kind and keeps what it wrote.</summary>
internal sealed partial class StepRunner(
    Policies<IStepKind> kinds,
    StepInputs inputs,
    StepPreparation preparation,
    StepOutputs outputs,
    StepReuse reuse,
    StepKeys keys,
    StepStarts starts,
    StepArtifacts artifacts,
    SpareFolders spares,
    DataOptions data,
    IOptions<JobsOptions> options,
    TimeProvider time,
    ILogger<StepRunner> logger)
{
    /// <summary>Below the home folder: what steps work in.</summary>
    public const string WorkFolder = "steps";

    public async Task<StepResult> RunAsync(ActiveJob job, StepRow row, RunningStep running, CancellationToken ct)
    {
        try
        {
            var step = job.Record.Plan.Steps[row.Position];
            var kind = kinds.Get("step kind", step.Kind);
            var resolved = await inputs.ResolveAsync(job.Record, step, ct);
            var key = await keys.OfAsync(step, kind, resolved, mayFetch: true, ct);
            return await reuse.FindAsync(job.Record, key, resolved, ct)
                ?? await RunAsync(job, row, running, kind, resolved, key, ct);
        }
        catch (SlipwayException refusal)
        {
            return StepResult.Of(JobStatus.Failed, refusal.Message);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A step kind is a plug-in: its bug fails the step, not the worker.
            Log.StepBroke(logger, exception, job.Record.StepId(row.Position));
            return StepResult.Of(
                JobStatus.Failed,
                $"Internal error in a step of kind '{row.Kind}' ({exception.GetType().Name}); the server's log has the details.");
        }
    }

    private async Task<StepResult> RunAsync(
        ActiveJob job, StepRow row, RunningStep running, IStepKind kind, IReadOnlyList<ResolvedInput> resolved, CacheKey? key,
        CancellationToken ct)
    {
        var trackingRun = await starts.StartAsync(job, row, key, ct);
        running.RunStarted = true;
        using var folders = StepFolders.Create(Path.Combine(data.Home, WorkFolder), row.RunId, running.Lease.Fence, spares);
        await using var log = new StepLog(folders.Log, options.Value.LogLimitBytes);
        running.Log = log;
        StepRun? run = null;
        try
        {
            run = await preparation.PrepareAsync(job.Record, row.Position, trackingRun, resolved, folders, log, ct);
            await RunKindAsync(kind, run, running, ct);
            var made = await outputs.CommitAsync(run, ct);
            return new StepResult(
                new StepEnd { Status = JobStatus.Completed, Outputs = made, SkipRest = run.SkipReason, Message = run.SkipReason },
                [.. StepReuse.Reads(resolved, run.RunId), .. run.Edges, .. Wrote(made, run.RunId)],
                job.Record.Plan.ForceRerun || run.SkipReason is not null ? null : key);
        }
        catch (SlipwayException refusal)
        {
            log.WriteLine(refusal.Message);
            var failed = new StepEnd { Status = JobStatus.Failed, Message = refusal.Message };
            return new StepResult(failed, [.. StepReuse.Reads(resolved, row.RunId), .. run?.Edges ?? []], null);
        }
        finally
        {
            await log.DisposeAsync();
            if (running.Cause == StopCause.ServerStopped)
                folders.LeaveResumable();
            if (running.Cause != StopCause.LeaseLost)
                await artifacts.KeepLogAsync(job.Record.Caller, row.RunId, log);
        }
    }

    private async Task RunKindAsync(IStepKind kind, StepRun run, RunningStep running, CancellationToken ct)
    {
        if (run.Step.Timeout is not { } limit)
        {
            await kind.RunAsync(run, ct);
            return;
        }

        await using var timer = time.CreateTimer(
            _ => running.Stop(StopCause.TimedOut, $"It ran longer than limits.timeout allows ({limit.TotalSeconds:0.###} s) and was ended."),
            null,
            limit,
            System.Threading.Timeout.InfiniteTimeSpan);
        await kind.RunAsync(run, ct);
    }

    private static IEnumerable<NewEdge> Wrote(Dictionary<string, StepOutput> made, string runId) => made.Values
        .SelectMany(output => new[] { output.Tree is { } tree ? $"tree:{tree}" : null, output.Node })
        .OfType<string>()
        .Select(node => StepRun.Edge("wrote", $"run:{runId}", node));

    private static partial class Log
    {
        [LoggerMessage(6001, LogLevel.Error, "Step {Step} broke")]
        public static partial void StepBroke(ILogger logger, Exception exception, string step);
    }
}
