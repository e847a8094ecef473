using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Kernel;

namespace Slipway.Etl.Incremental;

/// <summary>Looks every second whether automatic dataflows have windows that are due.</summary>
internal sealed partial class DataflowTimer(
    DataflowStore store, RunDataflow run, DataflowQueue queue, TimeProvider time, ILogger<DataflowTimer> logger) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    // The end of a job is news that may get lost with the server that tells it.
    private const int LooksBetweenReminders = 15;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_period, time);
        for (var look = 0; await timer.WaitForNextTickAsync(stoppingToken); look++)
        {
            try
            {
                foreach (var dataflow in await store.DueAsync(time.UtcNow(), stoppingToken))
                    await RunAsync(dataflow, stoppingToken);
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

    private async Task RunAsync(Dataflow dataflow, CancellationToken ct)
    {
        await store.LookAtAsync(dataflow, dataflow.Plan().Next(time.GetUtcNow())?.ToUnixTimeMilliseconds(), ct);
        try
        {
            await run.AskAsync(dataflow, null, null, again: false, ct);
        }
        catch (SlipwayException refusal)
        {
            Log.Refused(logger, dataflow.Name, refusal.Message);
        }
    }

    private async Task RemindAsync(CancellationToken ct)
    {
        foreach (var id in await store.BusyAsync(ct))
        {
            if (await store.FindAsync(id, ct) is { } dataflow)
                await queue.QueueAsync(dataflow, ct);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6513, LogLevel.Error, "The dataflows could not be looked at; they are looked at again")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(6514, LogLevel.Warning, "Dataflow {Dataflow} could not run by itself: {Reason}")]
        public static partial void Refused(ILogger logger, string dataflow, string reason);
    }
}
