using Microsoft.Extensions.Logging;
using Slipway.Data;

namespace Slipway.Jobs.Schedules;

/// <summary>Looks every second whether a schedule is due.</summary>
internal sealed class ScheduleTimer(
    DueSchedules due, FiringStore firings, ScheduleStore schedules, WorkQueue queue, Database database, TimeProvider time, ILogger<ScheduleTimer> logger)
    : PeriodicWork("Looking for schedules that are due", TimeSpan.FromSeconds(1), database, time, logger)
{
    // The end of a job is news that may get lost with the server that tells it.
    private const int LooksBetweenReminders = 30;

    protected override async Task RunAsync(int round, CancellationToken ct)
    {
        await due.FireAsync(ct);
        if (round % LooksBetweenReminders == 0)
            await RemindAsync(ct);
    }

    private async Task RemindAsync(CancellationToken ct)
    {
        foreach (var id in await firings.SchedulesWaitingAsync(ct))
        {
            if (await schedules.FindAsync(id, ct) is { } schedule)
                await queue.EnqueueAsync(schedule.Look(), ct);
        }
    }
}
