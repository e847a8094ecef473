using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Slipway.Data;

/// <summary>
/// What a server does again and again. A round that fails is told, and the next one tries again; of a database that is away
/// <see cref="DatabaseWatch"/> tells.
/// </summary>
/// <param name="what">For the log: "Judging rollouts".</param>
public abstract partial class PeriodicWork(string what, TimeSpan period, Database database, TimeProvider time, ILogger logger) : BackgroundService
{
    protected Database Database => database;

    protected TimeProvider Time => time;

    /// <param name="round">0, 1, 2, …</param>
    protected abstract Task RunAsync(int round, CancellationToken ct);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(period, time);
        for (var round = 0; await timer.WaitForNextTickAsync(stoppingToken); round++)
        {
            try
            {
                await RunAsync(round, stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                // Work that gave up would not be taken up again before the server is started anew.
                if (!database.IsAway(exception))
                    Log.Failed(logger, exception, what);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1122, LogLevel.Error, "{What} failed; it is tried again")]
        public static partial void Failed(ILogger logger, Exception exception, string what);
    }
}
