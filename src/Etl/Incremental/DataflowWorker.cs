using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Etl.Incremental;

/// <summary>Leases dataflows whose windows are to be looked at.</summary>
internal sealed partial class DataflowWorker(
    WorkQueue queue, DataflowStore store, OpenWindows windows, TimeProvider time, ILogger<DataflowWorker> logger) : BackgroundService
{
    private static readonly string[] s_kinds = [Dataflow.LookKind];
    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(1);

    private readonly string _owner = $"{Environment.MachineName}:{Ids.New(time)}";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await AdvanceAsync(await queue.NextAsync(s_kinds, _owner, s_lease, s_poll, stoppingToken), stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The database may come back; a worker that gave up would not. The timer has what failed looked at again.
                Log.Failed(logger, exception);
                await Task.Delay(s_poll, time, stoppingToken);
            }
        }
    }

    private async Task AdvanceAsync(Lease lease, CancellationToken ct)
    {
        var dataflow = await store.FindAsync(lease.Payload, ct);
        if (dataflow is not null)
            await windows.AdvanceAsync(dataflow, ct);
        await queue.CompleteAsync(lease, ct);

        // What came during the look found this item open, and made no other.
        if (dataflow is not null && await windows.HasNewsAsync(dataflow, ct))
            await queue.EnqueueAsync(dataflow.Look(), ct);
    }

    private static partial class Log
    {
        [LoggerMessage(6512, LogLevel.Error, "The windows of a dataflow could not be looked at; they are looked at again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
