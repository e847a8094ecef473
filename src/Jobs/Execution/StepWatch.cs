using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Slipway.Data;

namespace Slipway.Jobs.Execution;

/// <summary>
/// Looks after the steps that run here: keeps their leases, ends those of jobs that another process was asked to cancel,
/// and shows other processes what they say.
/// </summary>
internal sealed partial class StepWatch(
    WorkQueue queue, ActiveJobs active, JobStore jobs, LogSharing sharing, JobEnding ending, Database database, IOptions<JobsOptions> options,
    TimeProvider time, ILogger<StepWatch> logger)
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _lease = TimeSpan.FromSeconds(options.Value.LeaseSeconds);

    /// <param name="running">Gives the steps that run now.</param>
    public async Task RunAsync(Func<ICollection<RunningStep>> running, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(_lease / 3 < s_longest ? _lease / 3 : s_longest, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
                await TickAsync(running(), ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private async Task TickAsync(ICollection<RunningStep> running, CancellationToken ct)
    {
        // A database that hangs must not keep a worker from noticing that its time is over.
        using var limit = new CancellationTokenSource(_lease / 3, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            foreach (var step in running)
                await BeatAsync(step, both.Token);
            await StopUnwantedAsync(both.Token);
            await sharing.ShareAsync(running, both.Token);
            await ending.TellMissedAsync(own: false, both.Token);
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            // A database that is away for one beat costs no lease; the next beat tries again.
            if (!database.IsAway(exception))
                Log.BeatFailed(logger, exception);
        }

        // Whoever cannot reach the database does not know who else works on the step by now.
        var now = time.GetUtcNow();
        foreach (var step in running.Where(step => step.LeasedUntil <= now))
            step.Stop(StopCause.LeaseLost);
    }

    private async Task BeatAsync(RunningStep step, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (step.LeasedUntil - now > _lease * (2.0 / 3))
            return;

        if (await queue.HeartbeatAsync(step.Lease, _lease, ct))
            step.LeasedUntil = now + _lease;
        else
            step.Stop(StopCause.LeaseLost);
    }

    private async Task StopUnwantedAsync(CancellationToken ct)
    {
        foreach (var job in active.All)
        {
            if (!job.HasRunning)
            {
                active.Forget(job.Record.Id);
                continue;
            }

            var (canceled, failed) = await jobs.IsStoppingAsync(job.Record, ct);
            if (canceled || failed)
                job.StopSteps(canceled ? "Canceled." : "Canceled: another step failed.", always: canceled);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6009, LogLevel.Warning, "The leases could not be kept for a moment")]
        public static partial void BeatFailed(ILogger logger, Exception exception);
    }
}
