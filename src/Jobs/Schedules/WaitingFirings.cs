using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Jobs.Schedules.Pushes;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Schedules;

/// <summary>Starts what waits of a schedule, as far as its concurrency lets it.</summary>
internal sealed partial class WaitingFirings(
    Database database, ScheduleStore schedules, FiringStore firings, WorkQueue queue, LineageLog lineage, Policies<IScheduledAct> acts,
    CommitCode code, CommitStatus status, ScheduleMeter meter, IAuditLog audit, TimeProvider time, ILogger<WaitingFirings> logger)
{
    /// <summary>How long the lease lasts from each step on.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    public async Task StartAsync(Lease lease, CancellationToken ct)
    {
        while (true)
        {
            var schedule = await schedules.FindAsync(lease.Payload, ct);
            var left = schedule is null ? 0 : await StartAsync(schedule, lease, ct);

            // What was added since the look found this item open and did not queue another.
            var done = await database.WriteAsync(
                async (tx, token) =>
                {
                    if (await FiringStore.CountWaitingAsync(tx, lease.Payload, token) > left)
                        return false;
                    await queue.CompleteAsync(tx, lease, token);
                    return true;
                },
                ct);
            if (done)
                return;
        }
    }

    /// <summary>How many go on waiting.</summary>
    private async Task<int> StartAsync(Schedule schedule, Lease lease, CancellationToken ct)
    {
        var left = 0;
        var open = (await firings.OpenAsync(schedule.Id, ct)).ToList();
        var concurrency = (string?)schedule.ReadDefinition()["concurrency"] ?? "allow";
        foreach (var firing in await firings.WaitingAsync(schedule.Id, ct))
        {
            await queue.HeartbeatAsync(lease, Lease, ct);
            if (MustWait(firing, open, concurrency))
            {
                left++;
                continue;
            }

            var ended = !FiringCause.IsAsked(firing.Cause) && concurrency == "skip" && open.Count > 0
                ? await EndAsync(schedule, firing with { State = FiringState.Skipped, Reason = $"The job '{open[0].Job}' was not over; concurrency is skip." }, [], ct)
                : await RunAsync(schedule, firing, lease, ct);
            if (ended.Job is not null)
                open.Add(ended);
        }

        return left;
    }

    private static bool MustWait(Firing firing, List<Firing> open, string concurrency) => firing.Cause switch
    {
        FiringCause.Backfill => open.Count(other => other.Cause == FiringCause.Backfill) >= firing.MostOpen,
        FiringCause.Manual => false,
        _ => concurrency == "queue" && open.Count > 0,
    };

    private async Task<Firing> RunAsync(Schedule schedule, Firing firing, Lease lease, CancellationToken ct)
    {
        var work = schedule.Work(firing.TriggerAt.ToTime(), firing.Id, firing.ReadFacts());
        try
        {
            if (schedule.StartsCommits)
            {
                var commit = await BeatingAsync(code.ReadAsync(schedule, work, ct), lease, ct);
                work = commit.Work;
                firing = firing with { Facts = JobsJson.Write(work.Facts) };
                if (commit.SkipReason is { } reason)
                    return await EndAsync(schedule, firing with { State = FiringState.Skipped, Reason = reason }, [], ct);
            }

            var started = await acts.Get("act of a schedule", schedule.Act).RunAsync(schedule.Caller, work, ct);
            var fired = await EndAsync(
                schedule, firing with { State = FiringState.Fired, Job = started.Job }, [StepRun.Edge("started", schedule.Node, started.Node)], ct);
            await audit.AppendAsync(
                schedule.Caller, "schedule.fire", schedule.Node,
                new JsonObject { ["started"] = started.Node, ["cause"] = firing.Cause, ["why"] = firing.Why }.ToJsonString(), ct);
            Log.Fired(logger, schedule.Name, work.Time, firing.Cause, started.Job ?? started.Node);
            return fired;
        }
        catch (SlipwayException refusal)
        {
            // What was refused now will be refused again; the history says why, and a backfill may take it up.
            Log.Refused(logger, schedule.Name, work.Time, refusal.Message);
            return await EndAsync(schedule, firing with { State = FiringState.Failed, Reason = refusal.Message }, [], ct);
        }
    }

    /// <summary>Keeps the lease while something takes its time.</summary>
    private async Task<T> BeatingAsync<T>(Task<T> slow, Lease lease, CancellationToken ct)
    {
        while (await Task.WhenAny(slow, Task.Delay(Lease / 3, time, ct)) != slow)
            await queue.HeartbeatAsync(lease, Lease, ct);
        return await slow;
    }

    private async Task<Firing> EndAsync(Schedule schedule, Firing firing, IReadOnlyList<NewEdge> edges, CancellationToken ct)
    {
        var ended = firing with { EndedAt = time.UtcNow() };
        await database.WriteAsync(
            async (tx, token) =>
            {
                await FiringStore.EndAsync(tx, ended, token);
                await lineage.AppendAsync(tx, schedule.Caller, edges, token);
                await status.StartedAsync(tx, schedule, ended, token);
            },
            ct);
        meter.Ended(schedule, ended);
        return ended;
    }

    private static partial class Log
    {
        [LoggerMessage(6041, LogLevel.Information, "Schedule {Schedule} fired for {Time} ({Cause}): {What}")]
        public static partial void Fired(ILogger logger, string schedule, DateTimeOffset time, string cause, string what);

        [LoggerMessage(6042, LogLevel.Warning, "Schedule {Schedule} could not fire for {Time}: {Reason}")]
        public static partial void Refused(ILogger logger, string schedule, DateTimeOffset time, string reason);
    }
}
