using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Monitoring.Backtests.Runs;

/// <summary>Plays backtests: long ones two at a time, and short ones beside them.</summary>
internal sealed partial class BacktestWorker(WorkQueue queue, PlayBacktest play, TimeProvider time, ILogger<BacktestWorker> logger) : BackgroundService
{
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    private readonly string _owner = $"{Environment.MachineName}:{Ids.New(time)}";

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        WorkAsync(BacktestQueue.Short, stoppingToken), WorkAsync(BacktestQueue.Long, stoppingToken), WorkAsync(BacktestQueue.Long, stoppingToken));

    private async Task WorkAsync(string kind, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            Lease? lease = null;
            try
            {
                lease = await queue.NextAsync([kind], _owner, PlayBacktest.LeaseTime, s_poll, ct);
                await play.RunAsync(lease, ct);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                // The next server, or this one when it is started again, begins it anew at once.
                if (lease is not null)
                    await queue.ReleaseAsync(lease, CancellationToken.None);
                return;
            }
            catch (Exception exception)
            {
                // A worker that gave up would leave all others waiting.
                Log.Failed(logger, exception, lease?.Key ?? "the queue");
                await GiveBackAsync(lease, exception.Message, ct);
            }
        }
    }

    private async Task GiveBackAsync(Lease? lease, string error, CancellationToken ct)
    {
        try
        {
            if (lease is not null)
                await queue.FailAsync(lease, error, s_pause, ct);
            else
                await Task.Delay(s_pause, time, ct);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The lease will end by itself.
            Log.Failed(logger, exception, lease?.Key ?? "the queue");
            await Task.Delay(s_pause, time, ct);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(9051, LogLevel.Error, "Backtest {Backtest} failed; it is begun again")]
        public static partial void Failed(ILogger logger, Exception exception, string backtest);
    }
}
