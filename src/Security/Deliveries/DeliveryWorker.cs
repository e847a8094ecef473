using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Security.Deliveries;

/// <summary>Sends what waits, several at once: one slow receiver does not hold up the others.</summary>
internal sealed partial class DeliveryWorker(
    WorkQueue queue,
    Database database,
    DeliveryStore deliveries,
    DeliverySender sender,
    IOptions<DeliveryOptions> options,
    TimeProvider time,
    ILogger<DeliveryWorker> logger) : BackgroundService
{
    private static readonly string[] s_kinds = [DeliveryQueue.WorkKind];
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromHours(1);

    private readonly string _owner = $"{Environment.MachineName}:{Ids.New(time)}";

    // Longer than an attempt takes, so that it needs no heartbeat.
    private readonly TimeSpan _lease = TimeSpan.FromSeconds(options.Value.TimeoutSeconds + 30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var parallelism = options.Value.Parallelism;
        var slots = new SemaphoreSlim(parallelism);
        try
        {
            await deliveries.DeleteFinishedAsync(time.UtcNow() - (options.Value.KeepDays * 86_400_000L), stoppingToken);
            while (true)
            {
                await slots.WaitAsync(stoppingToken);
                var lease = await NextAsync(stoppingToken);
                _ = Task.Run(() => RunAsync(lease, slots, stoppingToken), CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was under way stays leased, and is sent again when the lease ends. The slot of this loop is its own.
            for (var running = 1; running < parallelism; running++)
                await slots.WaitAsync(CancellationToken.None);
        }
    }

    private async Task<Lease> NextAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                return await queue.NextAsync(s_kinds, _owner, _lease, s_poll, ct);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The database may come back; a worker that gave up would not.
                Log.QueueFailed(logger, exception);
                await Task.Delay(s_poll, time, ct);
            }
        }
    }

    private async Task RunAsync(Lease lease, SemaphoreSlim slots, CancellationToken ct)
    {
        try
        {
            await DeliverAsync(lease, ct);
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            // It stays leased and comes back when the lease ends; the others must go on.
            Log.Failed(logger, exception, lease.Payload);
        }
        catch (Exception)
        {
            // The process ends and takes its parts apart under the delivery; the next one takes it up.
        }
        finally
        {
            slots.Release();
        }
    }

    internal async Task DeliverAsync(Lease lease, CancellationToken ct)
    {
        if (await deliveries.FindAsync(lease.Payload, ct) is not { State: DeliveryState.Waiting } delivery)
        {
            await queue.CompleteAsync(lease, ct);
            return;
        }

        var (answer, retryAfter) = await sender.SendAsync(delivery, ct);
        var ended = answer.Error is null ? DeliveryState.Delivered
            : retryAfter is null || lease.Attempt >= options.Value.Attempts ? DeliveryState.Dead
            : null;
        await database.WriteAsync(
            async (tx, token) =>
            {
                await DeliveryStore.NoteAsync(
                    tx, delivery.Id, ended ?? DeliveryState.Waiting, lease.Attempt, answer.Status, answer.Error,
                    ended is null ? null : time.UtcNow(), token);
                if (ended is not null)
                    await queue.CompleteAsync(tx, lease, token);
            },
            ct);
        if (ended is null)
            await queue.FailAsync(lease, answer.Error!, Longer(Pause(lease.Attempt), retryAfter!.Value), ct);
        else if (ended == DeliveryState.Dead)
            Log.GaveUp(logger, delivery.Id, delivery.Subject, lease.Attempt, answer.Error!);
    }

    private static TimeSpan Pause(int attempt) =>
        TimeSpan.FromSeconds(Math.Min(s_longestPause.TotalSeconds, Math.Pow(2, attempt - 1)));

    // A receiver that asks for more patience gets it, within limits.
    private static TimeSpan Longer(TimeSpan pause, TimeSpan asked) =>
        asked > s_longestPause ? s_longestPause : asked > pause ? asked : pause;

    private static partial class Log
    {
        [LoggerMessage(2001, LogLevel.Warning, "Gave up delivery {Id} of {Subject} after {Attempts} attempts: {Error}")]
        public static partial void GaveUp(ILogger logger, string id, string subject, int attempts, string error);

        [LoggerMessage(2002, LogLevel.Error, "Delivery {Id} failed; it is sent again when its lease ends")]
        public static partial void Failed(ILogger logger, Exception exception, string id);

        [LoggerMessage(2003, LogLevel.Error, "The queue of deliveries could not be read; it is tried again")]
        public static partial void QueueFailed(ILogger logger, Exception exception);
    }
}
