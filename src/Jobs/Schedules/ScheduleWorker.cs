using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Jobs.Schedules;

/// <summary>Leases schedules of which something waits, and starts it.</summary>
internal sealed partial class ScheduleWorker(WorkQueue queue, WaitingFirings waiting, TimeProvider time, ILogger<ScheduleWorker> logger)
    : BackgroundService
{
    private static readonly string[] s_kinds = [Schedule.LookKind];
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(5);

    private readonly string _owner = $"{Environment.MachineName}:{Ids.New(time)}";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await StartAsync(await queue.NextAsync(s_kinds, _owner, WaitingFirings.Lease, s_poll, stoppingToken), stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The database may come back; a worker that gave up would not.
                Log.QueueFailed(logger, exception);
                await Task.Delay(s_poll, time, stoppingToken);
            }
        }
    }

    private async Task StartAsync(Lease lease, CancellationToken ct)
    {
        try
        {
            await waiting.StartAsync(lease, ct);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // A defect or a lost connection: the firings go on waiting and are tried again, the other schedules first.
            Log.Failed(logger, exception, lease.Payload);
            await queue.FailAsync(lease, exception.Message, s_retryAfter, ct);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6044, LogLevel.Error, "The queue of schedules could not be read; it is tried again")]
        public static partial void QueueFailed(ILogger logger, Exception exception);

        [LoggerMessage(6045, LogLevel.Error, "The firings of schedule {Schedule} failed; they are tried again")]
        public static partial void Failed(ILogger logger, Exception exception, string schedule);
    }
}
