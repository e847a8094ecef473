using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Slipway.Jobs.Schedules;

/// <summary>Looks every second whether a schedule is due.</summary>
internal sealed partial class ScheduleTimer(
    DueSchedules due, FiringStore firings, ScheduleStore schedules, ScheduleQueue queue, TimeProvider time, ILogger<ScheduleTimer> logger)
    : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    // The end of a job is news that may get lost with the server that tells it.
    private const int LooksBetweenReminders = 30;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_period, time);
        for (var look = 0; await timer.WaitForNextTickAsync(stoppingToken); look++)
        {
            try
            {
                await due.FireAsync(stoppingToken);
                if (look % LooksBetweenReminders == 0)
                    await RemindAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The database may come back; a timer that gave up would not.
                Log.Failed(logger, exception);
            }
        }
    }

    private async Task RemindAsync(CancellationToken ct)
    {
        foreach (var id in await firings.SchedulesWaitingAsync(ct))
        {
            if (await schedules.FindAsync(id, ct) is { } schedule)
                await queue.QueueAsync(schedule, ct);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6043, LogLevel.Error, "The schedules could not be read; they are looked at again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
