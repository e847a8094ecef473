using System.Data;
using System.Data.Common;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Slipway.Data;
using Slipway.Jobs.Caching;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;

namespace Slipway.Jobs.Execution;

/// <summary>Brings one leased step to its end, and its job on to the next.</summary>
internal sealed partial class StepExecutor(
    Database database,
    WorkQueue queue,
    ActiveJobs active,
    StepStore steps,
    StepRunner runner,
    StepCache cache,
    JobProgress progress,
    JobEnding ending,
    ITracking tracking,
    LineageLog lineage,
    LogSharing sharing,
    JobsMeter meter,
    IOptions<JobsOptions> options,
    TimeProvider time,
    ILogger<StepExecutor> logger)
{
    /// <summary>The step ends early by <see cref="RunningStep.Stop"/>; its end is written all the same.</summary>
    public async Task RunAsync(RunningStep running)
    {
        var ct = CancellationToken.None;
        var row = await steps.FindLeasedAsync(running.JobId, running.Position, ct);
        var job = row is null or { IsOver: true } ? null : await active.FindAsync(running.JobId, ct);
        if (job is null)
        {
            // The step was cancelled while it waited, or its end was written by a worker that then lost its lease.
            await queue.CompleteAsync(running.Lease, ct);
            return;
        }

        job.Add(running);
        try
        {
            var begun = time.GetTimestamp();
            using var trace = JobTrace.Start(job.Record, row!, running.Lease.Attempt);
            var result = await DecideAsync(job, row!, running);
            JobTrace.End(trace, result);
            meter.Ended(row!.Kind, result, time.GetElapsedTime(begun));
            if (running.Cause == StopCause.ServerStopped)
                await queue.ReleaseAsync(running.Lease, ct);
            else if (running.Cause != StopCause.LeaseLost)
                await EndAsync(job, row!, running, result, ct);
        }
        finally
        {
            job.Remove(running);
        }
    }

    private async Task<StepResult> DecideAsync(ActiveJob job, LeasedStep row, RunningStep running)
    {
        if (row.MayNotStart(job.Record.Plan))
            return StepResult.Of(JobStatus.Canceled, "Canceled before it started.");
        if (running.Lease.Attempt > options.Value.Attempts)
        {
            return StepResult.Of(
                JobStatus.Failed,
                $"The worker died or hung {running.Lease.Attempt - 1} times while it ran this step; it is not begun again.");
        }

        try
        {
            return await runner.RunAsync(job, row, running, running.Stopped);
        }
        catch (OperationCanceledException)
        {
            return running.Cause == StopCause.TimedOut
                ? StepResult.Of(JobStatus.Failed, running.Reason)
                : StepResult.Of(JobStatus.Canceled, running.Reason ?? "Canceled.");
        }
    }

    private async Task EndAsync(ActiveJob job, StepRow row, RunningStep running, StepResult result, CancellationToken ct)
    {
        var step = job.Record.Plan.Steps[row.Position];
        if (result.End.Status == JobStatus.Failed && running.Cause == StopCause.None && row.Attempt < step.Retries)
        {
            await RetryAsync(job, row, running.Lease, $"Attempt {row.Attempt + 1} failed: {result.End.Message}", ct);
            return;
        }

        // Queued before the end of the step, the end of its run shares the commit.
        var closing = CloseRunAsync(job.Record, row, running.RunStarted, result.End);
        var isOver = false;
        try
        {
            isOver = await database.WriteAsync(
                IsolationLevel.ReadCommitted, (tx, token) => WriteEndAsync(tx, job.Record, row, running.Lease, result, token), ct);
        }
        catch (SlipwayException lost) when (lost.Code == ErrorCode.Conflict)
        {
            Log.LeaseLost(logger, job.Record.StepId(row.Position));
        }

        await closing;
        await sharing.ForgetAsync(running, ct);
        if (result.End.Status == JobStatus.Failed && !job.Record.Plan.ContinueOnStepFailure)
            job.StopSteps($"Canceled: step '{step.Name}' failed.", always: false);
        if (isOver)
            await ending.TellAsync(job, ct);
    }

    private async Task<bool> WriteEndAsync(
        DbTransaction tx, JobRecord job, StepRow row, Lease lease, StepResult result, CancellationToken ct)
    {
        await queue.CompleteAsync(tx, lease, ct);
        var isOver = await progress.EndStepAsync(tx, job, row.Position, result.End, ct);
        if (result.Edges.Count > 0)
            await lineage.AppendAsync(tx, job.Caller, result.Edges, ct);
        if (result is { Key: { } key, End.Status: JobStatus.Completed })
        {
            await cache.KeepAsync(
                tx, job, row.Position, key, row.RunId, JobsJson.Write(result.End.Outputs), time.UtcNow(), ct);
        }

        return isOver;
    }

    private Task RetryAsync(ActiveJob job, StepRow row, Lease lease, string message, CancellationToken ct) =>
        database.WriteAsync(
            IsolationLevel.ReadCommitted,
            async (tx, token) =>
            {
                await queue.CompleteAsync(tx, lease, token);
                await steps.MarkQueuedAgainAsync(tx, row.JobId, row.Position, message, token);
                await progress.EnqueueAsync(tx, job.Record, row.Position, token);
            },
            ct);

    // A step that did not start has no run; that of a job's only step is the job's, and ends with the job.
    private async Task CloseRunAsync(JobRecord job, StepRow row, bool started, StepEnd end)
    {
        if (!started || row.RunId == job.Id)
            return;

        try
        {
            await tracking.FinishRunAsync(job.Caller, row.RunId, JobEnding.RunStatusOf(end.Status), CancellationToken.None);
        }
        catch (SlipwayException refusal)
        {
            Log.RunNotClosed(logger, refusal, row.RunId);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6003, LogLevel.Warning, "Dropped the result of step {Step}: another worker has it by now")]
        public static partial void LeaseLost(ILogger logger, string step);

        [LoggerMessage(6004, LogLevel.Error, "Run {RunId} could not be closed")]
        public static partial void RunNotClosed(ILogger logger, Exception exception, string runId);
    }
}
