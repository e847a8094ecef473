using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Execution;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Schedules;

/// <summary>Starts what waits of a schedule, as far as its concurrency lets it.</summary>
internal sealed partial class WaitingFirings(
    Database database, ScheduleStore schedules, FiringStore firings, WorkQueue queue, LineageLog lineage, Policies<IScheduledAct> acts,
    IAuditLog audit, TimeProvider time, ILogger<WaitingFirings> logger)
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

            var ended = firing.Cause == FiringCause.Schedule && concurrency == "skip" && open.Count > 0
                ? await SkipAsync(schedule, firing, $"The job '{open[0].Job}' was not over; concurrency is skip.", ct)
                : await RunAsync(schedule, firing, ct);
            if (ended.Job is not null)
                open.Add(ended);
        }

        return left;
    }

    private static bool MustWait(Firing firing, List<Firing> open, string concurrency) => firing.Cause switch
    {
        FiringCause.Backfill => open.Count(other => other.Cause == FiringCause.Backfill) >= firing.MostOpen,
        FiringCause.Schedule => concurrency == "queue" && open.Count > 0,
        _ => false,
    };

    private async Task<Firing> RunAsync(Schedule schedule, Firing firing, CancellationToken ct)
    {
        var work = schedule.Work(firing.TriggerAt.ToTime(), firing.Id);
        try
        {
            var started = await acts.Get("act of a schedule", schedule.Act).RunAsync(schedule.Caller, work, ct);
            var fired = firing with { State = FiringState.Fired, Job = started.Job, EndedAt = time.UtcNow() };
            await EndAsync(schedule, fired, [StepRun.Edge("started", schedule.Node, started.Node)], ct);
            await audit.AppendAsync(schedule.Caller, "schedule.fire", schedule.Node, new JsonObject { ["started"] = started.Node, ["cause"] = firing.Cause }.ToJsonString(), ct);
            Log.Fired(logger, schedule.Name, work.Time, firing.Cause, started.Job ?? started.Node);
            return fired;
        }
        catch (SlipwayException refusal)
        {
            // What was refused now will be refused again; the history says why, and a backfill may take it up.
            Log.Refused(logger, schedule.Name, work.Time, refusal.Message);
            var failed = firing with { State = FiringState.Failed, Reason = refusal.Message, EndedAt = time.UtcNow() };
            await EndAsync(schedule, failed, [], ct);
            return failed;
        }
    }

    private async Task<Firing> SkipAsync(Schedule schedule, Firing firing, string reason, CancellationToken ct)
    {
        var skipped = firing with { State = FiringState.Skipped, Reason = reason, EndedAt = time.UtcNow() };
        await EndAsync(schedule, skipped, [], ct);
        return skipped;
    }

    private Task EndAsync(Schedule schedule, Firing firing, IReadOnlyList<NewEdge> edges, CancellationToken ct) => database.WriteAsync(
        async (tx, token) =>
        {
            await FiringStore.EndAsync(tx, firing, token);
            await lineage.AppendAsync(tx, schedule.Caller, edges, token);
        },
        ct);

    private static partial class Log
    {
        [LoggerMessage(6041, LogLevel.Information, "Schedule {Schedule} fired for {Time} ({Cause}): {What}")]
        public static partial void Fired(ILogger logger, string schedule, DateTimeOffset time, string cause, string what);

        [LoggerMessage(6042, LogLevel.Warning, "Schedule {Schedule} could not fire for {Time}: {Reason}")]
        public static partial void Refused(ILogger logger, string schedule, DateTimeOffset time, string reason);
    }
}
