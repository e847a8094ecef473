using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Slipway.Data;
using Slipway.Jobs.Compute;

namespace Slipway.Jobs.Execution;

/// <summary>Leases steps and runs them, as many at once as the machine bears.</summary>
internal sealed partial class StepWorker(
    WorkQueue queue,
    StepExecutor executor,
    ActiveJobs active,
    JobStore jobs,
    JobEnding ending,
    DataOptions data,
    IOptions<JobsOptions> options,
    TimeProvider time,
    ILogger<StepWorker> logger) : BackgroundService
{
    private static readonly string[] s_kinds = [JobProgress.WorkKind];

    // What this process queues wakes it at once; this is for what other processes queue.
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(1);

    // Long enough to look into what went wrong; jobs themselves are kept.
    private static readonly TimeSpan s_keptFor = TimeSpan.FromDays(7);

    private readonly ConcurrentDictionary<RunningStep, Task> _running = [];
    private readonly TimeSpan _lease = TimeSpan.FromSeconds(options.Value.LeaseSeconds);

    /// <summary>One process has a home folder at a time, so what is leased to this name at the start is nobody's.</summary>
    public static string OwnerOf(string home) => $"{Environment.MachineName}:{Path.GetFullPath(home)}";

    /// <summary>The marker of all processes that steps of this home start.</summary>
    public static string MarkerOf(string home) => OwnerOf(home) + "/";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.RunSteps)
            return;

        await RecoverAsync(stoppingToken);
        var parallelism = options.Value.Parallelism > 0 ? options.Value.Parallelism : Environment.ProcessorCount;
        using var slots = new SemaphoreSlim(parallelism);
        var watching = WatchAsync(stoppingToken);
        try
        {
            while (true)
            {
                await slots.WaitAsync(stoppingToken);
                Start(await NextAsync(stoppingToken), slots, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            foreach (var step in _running.Keys)
                step.Stop(StopCause.ServerStopped);
            await Task.WhenAll(_running.Values);
            await watching;
        }
    }

    /// <summary>Takes up what the last process of this home left when it died.</summary>
    private async Task RecoverAsync(CancellationToken ct)
    {
        var ended = ProcessTree.EndMarked(MarkerOf(data.Home));
        StepFolders.DeleteAll(Path.Combine(data.Home, StepRunner.WorkFolder));
        var released = await queue.ReleaseAsync(OwnerOf(data.Home), ct);
        if (ended + released > 0)
            Log.Recovered(logger, released, ended);
        await ending.TellMissedAsync(ct);
        await queue.DeleteFinishedAsync(s_keptFor, ct);
    }

    private async Task<Lease> NextAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return await queue.NextAsync(s_kinds, OwnerOf(data.Home), _lease, s_poll, ct);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The database may come back; a worker that gave up would not.
                Log.QueueFailed(logger, exception);
                await Task.Delay(s_poll, time, ct);
            }
        }
    }

    private void Start(Lease lease, SemaphoreSlim slots, CancellationToken stopping)
    {
        var running = new RunningStep(lease, StepWork.Read(lease.Payload).Position);
        var finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[running] = finished.Task;
        _ = Task.Run(
            async () =>
            {
                await RunAsync(running, stopping);
                _running.TryRemove(running, out _);
                running.Dispose();
                slots.Release();
                finished.SetResult();
            },
            CancellationToken.None);
    }

    private async Task RunAsync(RunningStep running, CancellationToken stopping)
    {
        try
        {
            await executor.RunAsync(running);
        }
        catch (Exception exception)
        {
            // The step stays leased and comes back when the lease ends; the other steps must go on. A process that ends
            // takes its parts apart under the step; the next one takes it up.
            if (!stopping.IsCancellationRequested)
                Log.StepLost(logger, exception, running.Lease.Payload);
        }
    }

    /// <summary>Keeps the leases, and ends the steps of jobs that another process was asked to cancel.</summary>
    private async Task WatchAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(_lease / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
                await TickAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private async Task TickAsync(CancellationToken ct)
    {
        try
        {
            foreach (var step in _running.Keys)
            {
                if (!await queue.HeartbeatAsync(step.Lease, _lease, ct))
                    step.Stop(StopCause.LeaseLost);
            }

            foreach (var job in active.All)
            {
                if (job.HasRunning)
                    await StopIfWantedAsync(job, ct);
                else
                    active.Forget(job.Record.Id);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A database that is away for one beat costs no lease; the next beat tries again.
            Log.BeatFailed(logger, exception);
        }
    }

    private async Task StopIfWantedAsync(ActiveJob job, CancellationToken ct)
    {
        var (canceled, failed) = await jobs.IsStoppingAsync(job.Record, ct);
        if (canceled || failed)
            job.StopSteps(canceled ? "Canceled." : "Canceled: another step failed.", always: canceled);
    }

    private static partial class Log
    {
        [LoggerMessage(6006, LogLevel.Information, "Took up {Steps} steps of a server that had ended; ended {Processes} of its processes")]
        public static partial void Recovered(ILogger logger, int steps, int processes);

        [LoggerMessage(6007, LogLevel.Error, "The next step could not be leased")]
        public static partial void QueueFailed(ILogger logger, Exception exception);

        [LoggerMessage(6008, LogLevel.Error, "A worker lost step {Step}")]
        public static partial void StepLost(ILogger logger, Exception exception, string step);

        [LoggerMessage(6009, LogLevel.Warning, "The leases could not be kept for a moment")]
        public static partial void BeatFailed(ILogger logger, Exception exception);
    }
}
