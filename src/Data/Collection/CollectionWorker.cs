using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>Runs collections that were asked for, and asks for one itself when it is time.</summary>
internal sealed partial class CollectionWorker(
    WorkQueue queue,
    Database database,
    GarbageCollector collector,
    Collections collections,
    CollectionStore store,
    IOptions<CollectionOptions> options,
    TimeProvider time,
    ILogger<CollectionWorker> logger) : BackgroundService
{
    private static readonly string[] s_kinds = [Collections.WorkKind];
    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_told = TimeSpan.FromSeconds(2);

    private readonly string _owner = $"{Environment.MachineName}:{Ids.New(time)}";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await AskAsync(stoppingToken);
                if (await queue.LeaseAsync(s_kinds, _owner, s_lease, stoppingToken) is { } lease)
                    await RunAsync(lease, stoppingToken);
                else
                    await queue.WaitAsync(s_poll, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // The database may come back; a worker that gave up would not.
                if (!database.IsAway(exception))
                    Log.QueueFailed(logger, exception);
                await Task.Delay(s_poll, time, stoppingToken);
            }
        }
    }

    internal async Task RunAsync(Lease lease, CancellationToken ct)
    {
        if (await store.FindAsync(lease.Payload, ct) is not { EndedAt: null } collection)
        {
            await queue.CompleteAsync(lease, ct);
            return;
        }

        using var lost = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var heart = BeatAsync(lease, lost);
        try
        {
            await store.StartAsync(collection.Id, ct);
            var report = await collector.RunAsync(
                new CollectionOrder(collection.DryRun, collection.Grace, options.Value.Rules), Teller(collection.Id), lost.Token);
            await database.WriteAsync(
                async (tx, token) =>
                {
                    await store.EndAsync(tx, collection.Id, report, token);
                    await queue.CompleteAsync(tx, lease, token);
                },
                lost.Token);
            Log.Ended(logger, collection.Id, report.Deleted, report.FreedBytes, report.Unreferenced);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // What it deleted stays deleted and what it condemned waits; the next one goes on.
            await store.FailAsync(collection.Id, exception is SlipwayException ? exception.Message : "It failed; the server's log tells more.", ct);
            await queue.CompleteAsync(lease, ct);
            Log.Failed(logger, exception, collection.Id);
        }
        finally
        {
            await lost.CancelAsync();
            await heart;
        }
    }

    private async Task AskAsync(CancellationToken ct)
    {
        if (options.Value.EveryHours is not (> 0 and var hours))
            return;
        var last = await collections.ListAsync(1, ct);
        if (last is [{ } one] && one.CreatedAt > time.GetUtcNow() - TimeSpan.FromHours(hours))
            return;
        try
        {
            await collections.StartAsync("system", dryRun: false, null, ct);
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.Conflict)
        {
            // Another server was faster.
        }
    }

    private Func<CollectionReport, CancellationToken, Task> Teller(string id)
    {
        var last = time.GetTimestamp();
        var phase = "";
        return async (report, ct) =>
        {
            if (report.Phase == phase && time.GetElapsedTime(last) < s_told)
                return;
            (last, phase) = (time.GetTimestamp(), report.Phase);
            await store.TellAsync(id, report, ct);
        };
    }

    private async Task BeatAsync(Lease lease, CancellationTokenSource lost)
    {
        try
        {
            while (true)
            {
                await Task.Delay(s_heartbeat, time, lost.Token);
                if (!await queue.HeartbeatAsync(lease, s_lease, lost.Token))
                    break;
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception exception)
        {
            Log.QueueFailed(logger, exception);
        }

        // Another server may have begun: nothing more may be deleted here.
        await lost.CancelAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(1101, LogLevel.Information, "Collection {Id} deleted {Count} contents of {Bytes} bytes; {Unreferenced} had no reference")]
        public static partial void Ended(ILogger logger, string id, long count, long bytes, long unreferenced);

        [LoggerMessage(1102, LogLevel.Error, "Collection {Id} failed")]
        public static partial void Failed(ILogger logger, Exception exception, string id);

        [LoggerMessage(1103, LogLevel.Error, "The queue of collections could not be read; it is tried again")]
        public static partial void QueueFailed(ILogger logger, Exception exception);
    }
}
