using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Kernel;
using Slipway.Serving.Contracts;
using Slipway.Serving.Routing;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Collection;

/// <summary>
/// Takes answers off the hot path: requests append to columns in memory, one writer makes segments of them when they
/// are full, old, asked for, or when the server stops.
/// </summary>
internal sealed partial class Collector(
    SegmentWriter writer, SequenceClock sequence, ServingOptions options, TimeProvider time, ILogger<Collector> logger)
    : BackgroundService, IAsyncDisposable
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    private readonly Channel<Work> _work = Channel.CreateBounded<Work>(new BoundedChannelOptions(options.WaitingSegments) { SingleReader = true });
    private readonly Lock _gate = new();
    private readonly HashSet<CollectedRows> _sources = [];
    private readonly List<TaskCompletionSource> _flushes = [];
    private readonly CancellationTokenSource _stopping = new();

    // Made once: requests hand it over.
    private Func<SegmentRows, bool> HandOver => field ??= full => _work.Writer.TryWrite(new Work(full, null));

    /// <summary>Rows of this deployment will be looked after.</summary>
    public void Watch(ServedDeployment deployment)
    {
        lock (_gate)
            _sources.UnionWith([deployment.Collected, deployment.ShadowCollected]);
    }

    /// <summary>Writes what the deployment still has and forgets it.</summary>
    public async Task ForgetAsync(ServedDeployment deployment, CancellationToken ct)
    {
        await ForgetAsync(deployment.Collected, ct);
        await ForgetAsync(deployment.ShadowCollected, ct);
    }

    private async Task ForgetAsync(CollectedRows source, CancellationToken ct)
    {
        if (source.DetachAll() is { } rows)
            await _work.Writer.WriteAsync(new Work(rows, null), ct);
        lock (_gate)
            _sources.Remove(source);
    }

    /// <summary>Keeps the answers of the slot, unless they are not to be kept; false when they were dropped for want of room.</summary>
    /// <param name="isWanted">False: who asked does not want them kept.</param>
    public ValueTask<bool> AddAsync(
        CollectedRows rows, CollectMode mode, bool isWanted, ScoringSlot slot, string requestId, DateTimeOffset eventTime,
        CancellationToken ct)
    {
        if (!isWanted)
            rows.LeftOut.Opt(slot.Rows);
        else if (!rows.Rule.Takes(requestId))
            rows.LeftOut.Sample(slot.Rows);
        else if (!TryAdd(rows, slot, requestId, eventTime))
            return mode == CollectMode.Wait ? AddWhenThereIsRoomAsync(rows, slot, requestId, eventTime, ct) : ValueTask.FromResult(false);
        return ValueTask.FromResult(true);
    }

    /// <summary>Returns when everything that was added before is on disk; throws what kept it from there.</summary>
    public async Task FlushAsync(CancellationToken ct)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
            _flushes.Add(done);
        try
        {
            await HandOverAsync(source => source.DetachAll(), ct);
            await _work.Writer.WriteAsync(new Work(null, done), ct);
            await done.Task.WaitAsync(ct);
        }
        finally
        {
            lock (_gate)
                _flushes.Remove(done);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // The web server has stopped before: no more rows come.
        await _stopping.CancelAsync();
        try
        {
            await HandOverAsync(source => source.DetachAll(), cancellationToken);
            _work.Writer.TryComplete();
            if (ExecuteTask is { } writing)
                await writing.WaitAsync(cancellationToken);
        }
        finally
        {
            await base.StopAsync(cancellationToken);
        }
    }

    /// <summary>A host that is disposed without having been stopped loses nothing either.</summary>
    public async ValueTask DisposeAsync()
    {
        if (ExecuteTask is { IsCompleted: false })
            await StopAsync(CancellationToken.None);
        Dispose();
    }

    public override void Dispose()
    {
        _work.Writer.TryComplete();
        _stopping.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Task.Run(() => WriteAllAsync(stoppingToken), CancellationToken.None), WatchAgeAsync(_stopping.Token));

    private bool TryAdd(CollectedRows rows, ScoringSlot slot, string requestId, DateTimeOffset eventTime) =>
        rows.TryAppend(
            slot, requestId, eventTime, sequence.Next(1), time.GetTimestamp(), options.SegmentRows, HandOver);

    private async ValueTask<bool> AddWhenThereIsRoomAsync(
        CollectedRows rows, ScoringSlot slot, string requestId, DateTimeOffset eventTime, CancellationToken ct)
    {
        while (await _work.Writer.WaitToWriteAsync(ct))
        {
            if (TryAdd(rows, slot, requestId, eventTime))
                return true;
        }

        throw new SlipwayException(ErrorCode.Unavailable, "The server is stopping; send the request again.");
    }

    private async Task WatchAgeAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(options.SegmentAge / 4, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                var age = (long)(options.SegmentAge.TotalSeconds * time.TimestampFrequency);
                await HandOverAsync(source => source.Detach(time.GetTimestamp() - age), ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The server stops; StopAsync hands over the rest.
        }
    }

    private async Task HandOverAsync(Func<CollectedRows, SegmentRows?> detach, CancellationToken ct)
    {
        CollectedRows[] sources;
        lock (_gate)
            sources = [.. _sources];
        foreach (var source in sources)
        {
            // Waits for room first: rows that are detached must arrive.
            if (detach(source) is { } rows)
                await _work.Writer.WriteAsync(new Work(rows, null), CancellationToken.None).AsTask().WaitAsync(ct);
        }
    }

    private async Task WriteAllAsync(CancellationToken ct)
    {
        await foreach (var work in _work.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (work.Rows is { } rows)
                await WriteUntilDoneAsync(rows, ct);
            if (work.Done is { } done)
                Complete(done, null);
        }
    }

    private async Task WriteUntilDoneAsync(SegmentRows rows, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await writer.WriteAsync(rows, CancellationToken.None);
                rows.Owner.Return(rows);
                return;
            }
            catch (Exception exception)
            {
                // The disk is full or the database away: the rows stay in memory, and those behind them wait or are
                // dropped and counted, until it works again.
                Log.SegmentFailed(logger, exception, rows.Rows, rows.Owner.Deployment.Node);
                FailFlushes(exception);
                if (ct.IsCancellationRequested)
                    return;
            }

            await Task.Delay(s_retry, time, CancellationToken.None);
        }
    }

    private void FailFlushes(Exception exception)
    {
        TaskCompletionSource[] waiting;
        lock (_gate)
            waiting = [.. _flushes];
        foreach (var done in waiting)
            Complete(done, exception);
    }

    private void Complete(TaskCompletionSource done, Exception? exception)
    {
        lock (_gate)
            _flushes.Remove(done);
        if (exception is null)
            done.TrySetResult();
        else
            done.TrySetException(exception);
    }

    private readonly record struct Work(SegmentRows? Rows, TaskCompletionSource? Done);

    private static partial class Log
    {
        [LoggerMessage(7001, LogLevel.Error, "{Rows} collected rows of {Deployment} could not be written; trying again")]
        public static partial void SegmentFailed(ILogger logger, Exception exception, int rows, string deployment);
    }
}
