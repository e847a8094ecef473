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
internal sealed class Collector(
    SegmentWriter writer, SequenceClock sequence, ServingOptions options, TimeProvider time, ILogger<Collector> logger)
    : BackgroundService, IAsyncDisposable
{
    private readonly SegmentQueue _queue = new(writer, options.WaitingSegments, time, logger);
    private readonly Lock _gate = new();
    private readonly HashSet<CollectedRows> _sources = [];
    private readonly CancellationTokenSource _stopping = new();

    // Made once: requests hand it over.
    private Func<SegmentRows, bool> HandOver => field ??= _queue.TryAdd;

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
            await _queue.AddAsync(rows, ct);
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
        using var flush = _queue.BeginFlush();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        try
        {
            // While nothing can be written there may be no room behind what waits.
            await await Task.WhenAny(AddAsync(flush, over.Token), flush.Done.Task);
            await flush.Done.Task.WaitAsync(ct);
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    private async Task AddAsync(SegmentQueue.Flush flush, CancellationToken ct)
    {
        await HandOverAsync(source => source.DetachAll(), ct);
        await flush.AddAsync(ct);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // The web server has stopped before: no more rows come.
        await _stopping.CancelAsync();
        try
        {
            await HandOverAsync(source => source.DetachAll(), cancellationToken);
            _queue.Complete();
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
        _queue.Complete();
        _stopping.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Task.Run(() => _queue.WriteAllAsync(stoppingToken), CancellationToken.None), WatchAgeAsync(_stopping.Token));

    private bool TryAdd(CollectedRows rows, ScoringSlot slot, string requestId, DateTimeOffset eventTime) =>
        rows.TryAppend(
            slot, requestId, eventTime, sequence.Next(1), time.GetTimestamp(), options.SegmentRows, HandOver);

    private async ValueTask<bool> AddWhenThereIsRoomAsync(
        CollectedRows rows, ScoringSlot slot, string requestId, DateTimeOffset eventTime, CancellationToken ct)
    {
        while (await _queue.HasRoomAsync(ct))
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
            await _queue.HasRoomAsync(ct);
            if (detach(source) is { } rows)
                await _queue.AddAsync(rows, CancellationToken.None).WaitAsync(ct);
        }
    }
}
