using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Slipway.Jobs.Schedules.Watches;

/// <summary>Looks every second whether a schedule is to look; apart from the timer of those that go by time, since stores may be slow.</summary>
internal sealed partial class WatchTimer(DueWatches due, TimeProvider time, ILogger<WatchTimer> logger) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await due.LookAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The database may come back; a timer that gave up would not.
                Log.Failed(logger, exception);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6048, LogLevel.Error, "The schedules that watch could not be read; they are looked at again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
