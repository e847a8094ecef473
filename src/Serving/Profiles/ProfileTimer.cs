using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Slipway.Serving.Profiles;

/// <summary>Joins old profiles now and then.</summary>
internal sealed partial class ProfileTimer(JoinProfiles join, TimeProvider time, ILogger<ProfileTimer> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await join.RunAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // They stay as they are, and the next time tries again.
                Log.NotJoined(logger, exception);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7033, LogLevel.Error, "Old profiles of answers could not be joined")]
        public static partial void NotJoined(ILogger logger, Exception exception);
    }
}
