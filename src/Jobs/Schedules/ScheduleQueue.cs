using System.Data.Common;
using Slipway.Data;

namespace Slipway.Jobs.Schedules;

/// <summary>
/// Has the waiting firings of a schedule looked at. The item's key is the schedule, so that one worker at a time works on a
/// schedule: what it counts and decides is true until it is done.
/// </summary>
internal sealed class ScheduleQueue(WorkQueue queue)
{
    public const string WorkKind = "schedule";

    public Task QueueAsync(DbTransaction tx, Schedule schedule, CancellationToken ct) => queue.EnqueueAsync(tx, Work(schedule), ct);

    public Task QueueAsync(Schedule schedule, CancellationToken ct) => queue.EnqueueAsync(Work(schedule), ct);

    private static NewWork Work(Schedule schedule) => new()
    {
        Workspace = schedule.Caller.Workspace,
        Principal = schedule.Principal,
        Kind = WorkKind,
        Key = schedule.Id,
        Payload = schedule.Id,
        MaxAttempts = int.MaxValue,
    };
}
