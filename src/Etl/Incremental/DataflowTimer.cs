using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Etl.Incremental;

/// <summary>Looks every second whether automatic dataflows have windows that are due.</summary>
internal sealed partial class DataflowTimer(
    DataflowStore store, RunDataflow run, WorkQueue queue, Database database, TimeProvider time, ILogger<DataflowTimer> logger)
    : PeriodicWork("Looking for dataflows that are due", TimeSpan.FromSeconds(1), database, time, logger)
{
    // The end of a job is news that may get lost with the server that tells it.
    private const int LooksBetweenReminders = 15;

    protected override async Task RunAsync(int round, CancellationToken ct)
    {
        foreach (var dataflow in await store.DueAsync(Time.UtcNow(), ct))
            await RunAsync(dataflow, ct);
        if (round % LooksBetweenReminders == 0)
            await RemindAsync(ct);
    }

    private async Task RunAsync(Dataflow dataflow, CancellationToken ct)
    {
        await store.LookAtAsync(dataflow, dataflow.Plan().Next(Time.GetUtcNow())?.ToUnixTimeMilliseconds(), ct);
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
                await queue.EnqueueAsync(dataflow.Look(), ct);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(6514, LogLevel.Warning, "Dataflow {Dataflow} could not run by itself: {Reason}")]
        public static partial void Refused(ILogger logger, string dataflow, string reason);
    }
}
