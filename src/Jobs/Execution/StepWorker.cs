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
    StepWatch watch,
    JobEnding ending,
    IEnumerable<IComputeTarget> targets,
    DataOptions data,
    IOptions<JobsOptions> options,
    TimeProvider time,
    ILogger<StepWorker> logger) : BackgroundService
{
    // Those that only wait for other jobs take no place from these.
    private const int MostCoordinators = 256;

    // What this process queues wakes it at once; this is for what other processes queue.
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(250);

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
        using var heart = new CancellationTokenSource();
        var watching = watch.RunAsync(() => _running.Keys, heart.Token);
        try
        {
            await Task.WhenAll(
                LeaseAsync(JobProgress.WorkKind, parallelism, stoppingToken),
                LeaseAsync(JobProgress.CoordinationKind, MostCoordinators, stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await GiveGraceAsync();
            await heart.CancelAsync();
            foreach (var step in _running.Keys)
                step.Stop(StopCause.ServerStopped);
            await Task.WhenAll(_running.Values);
            await watching;
        }
    }

    private async Task LeaseAsync(string kind, int atOnce, CancellationToken stopping)
    {
        // Not disposed: steps that end after the last lease still give their place back.
        var slots = new SemaphoreSlim(atOnce);
        while (true)
        {
            await slots.WaitAsync(stopping);
            Start(await NextAsync(kind, stopping), slots, stopping);
        }
    }

    private async Task GiveGraceAsync()
    {
        if (options.Value.GraceSeconds == 0 || _running.IsEmpty)
            return;

        Log.Waiting(logger, _running.Count, options.Value.GraceSeconds);
        await Task.WhenAny(
            Task.WhenAll(_running.Values), Task.Delay(TimeSpan.FromSeconds(options.Value.GraceSeconds), time));
    }

    /// <summary>Takes up what the last process of this home left when it died.</summary>
    private async Task RecoverAsync(CancellationToken ct)
    {
        var ended = 0;
        foreach (var target in targets)
            ended += await target.EndLeftoversAsync(MarkerOf(data.Home), ct);
        StepFolders.DeleteAll(Path.Combine(data.Home, StepRunner.WorkFolder));
        var released = await queue.ReleaseAsync(OwnerOf(data.Home), ct);
        if (ended + released > 0)
            Log.Recovered(logger, released, ended);
        await ending.TellMissedAsync(own: true, ct);
        await queue.DeleteFinishedAsync(s_keptFor, ct);
    }

    private async Task<Lease> NextAsync(string kind, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return await queue.NextAsync([kind], OwnerOf(data.Home), _lease, s_poll, ct);
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
        var running = new RunningStep(lease, StepWork.Read(lease.Payload));
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

    private static partial class Log
    {
        [LoggerMessage(6006, LogLevel.Information, "Took up {Steps} steps of a server that had ended; ended {Processes} of its processes and containers")]
        public static partial void Recovered(ILogger logger, int steps, int processes);

        [LoggerMessage(6007, LogLevel.Error, "The next step could not be leased")]
        public static partial void QueueFailed(ILogger logger, Exception exception);

        [LoggerMessage(6008, LogLevel.Error, "A worker lost step {Step}")]
        public static partial void StepLost(ILogger logger, Exception exception, string step);

        [LoggerMessage(6011, LogLevel.Information, "Waits for {Steps} running steps, at most {Seconds} s")]
        public static partial void Waiting(ILogger logger, int steps, int seconds);
    }
}
