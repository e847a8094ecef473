using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;

namespace Slipway.Jobs.Execution;

/// <summary>What follows the end of a job: its run is closed, who waits is told, and the news goes upwards.</summary>
internal sealed partial class JobEnding(
    JobStore jobs, JobViews views, ActiveJobs active, ITracking tracking, Events events, NewsTeller teller, TimeProvider time,
    ILogger<JobEnding> logger)
{
    // Another process may end the job; its end is found in the database.
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromMilliseconds(250);

    // A server that has not told its news for so long is taken for dead.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);

    public static RunStatus RunStatusOf(JobStatus status) => status switch
    {
        JobStatus.Completed => RunStatus.Finished,
        JobStatus.Canceled => RunStatus.Killed,
        _ => RunStatus.Failed,
    };

    public async Task TellAsync(ActiveJob job, CancellationToken ct)
    {
        if (teller.Name is null)
        {
            active.Forget(job.Record.Id);
            return;
        }

        var row = (await jobs.FindAsync(job.Record.Id, ct))!;
        await job.StartRunAsync(ct);
        await tracking.FinishRunAsync(job.Record.Caller, row.Id, RunStatusOf(row.Status), ct);
        active.Forget(row.Id);
        if (_waiting.TryRemove(row.Id, out var waiting))
            waiting.TrySetResult();

        Log.Ended(logger, row.Name, row.Status, row.Message);
        await events.RaiseAsync(new JobFinished(job.Record.Caller, await views.ShowAsync(row, ct)), ct);
        await jobs.MarkAnnouncedAsync(row.Id, ct);
    }

    /// <summary>Tells what workers leave to servers, and what a server that died left untold.</summary>
    /// <param name="own">True at the start: what stands in this server's name was left by the process before.</param>
    public async Task TellMissedAsync(bool own, CancellationToken ct)
    {
        if (teller.Name is not { } name)
            return;

        var before = (time.GetUtcNow() - s_patience).ToUnixTimeMilliseconds();
        foreach (var id in await jobs.UntoldAsync(name, own, before, ct))
        {
            if (await jobs.ClaimNewsAsync(id, name, own, before, ct) && await active.FindAsync(id, ct) is { } job)
                await TellAsync(job, ct);
        }
    }

    public async Task<Job> WaitAsync(JobRow row, CancellationToken ct)
    {
        while (true)
        {
            // Taken before the look, so that an end during the look is not missed.
            var signal = _waiting.GetOrAdd(
                row.Id, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            var now = (await jobs.FindAsync(row.Id, ct))!;
            if (!now.Announced)
                await WaitAsync(signal.Task, ct);
            if (!now.Announced && !signal.Task.IsCompleted)
                continue;

            _waiting.TryRemove(new(row.Id, signal));
            return await views.ShowAsync((await jobs.FindAsync(row.Id, ct))!, ct);
        }
    }

    private async Task WaitAsync(Task signal, CancellationToken ct)
    {
        try
        {
            await signal.WaitAsync(s_lookAgain, time, ct);
        }
        catch (TimeoutException)
        {
            // The next look decides.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6005, LogLevel.Information, "Job {Job} ended {Status}: {Message}")]
        public static partial void Ended(ILogger logger, string job, JobStatus status, string? message);
    }
}
