using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Scoring;

/// <summary>
/// As many slots as requests of a deployment may be scored at once; made when they are first needed, kept until the
/// deployment is gone.
/// </summary>
/// <param name="maxWait">How long a request may wait; null: until its client gives up.</param>
internal sealed class SlotPool(ServedModel model, int size, int maxWaiting, TimeSpan? maxWait = null) : IDisposable
{
    // Requests of a deployment that joins them wait in their slots; more than this many make no run larger.
    private const int MaxJoined = 512;

    private readonly SemaphoreSlim _turns = new(size, size);
    private readonly Stack<ScoringSlot> _free = new(size);
    private int _waiting;

    public static SlotPool Create(ServedModel model, DeploymentSettings settings, ServingOptions options)
    {
        var runs = settings.Concurrency ?? options.Concurrency;
        var size = Math.Max(runs, Math.Min(runs * settings.MaxBatch, MaxJoined));
        var waiting = settings.MaxWaiting ?? options.MaxWaiting;
        if (settings.MaxQueueWaitMilliseconds is { } most)
            return new SlotPool(model, size, waiting, TimeSpan.FromMilliseconds(most));

        // Those that are handed over before their turn are some of those that may wait.
        var ahead = model.TakesAhead ? Math.Min(size, waiting) : 0;
        return new SlotPool(model, size + ahead, waiting - ahead);
    }

    /// <summary>Waits for a free slot; Exhausted when too many wait already, or when it takes too long.</summary>
    public ValueTask<ScoringSlot> RentAsync(CancellationToken ct) =>
        _turns.Wait(0, CancellationToken.None) ? new ValueTask<ScoringSlot>(Take()) : WaitAsync(ct);

    public void Return(ScoringSlot slot)
    {
        lock (_free)
            _free.Push(slot);
        _turns.Release();
    }

    /// <summary>Only when nobody has a slot any more.</summary>
    public void Dispose()
    {
        while (_free.TryPop(out var slot))
            slot.Dispose();
        _turns.Dispose();
    }

    private async ValueTask<ScoringSlot> WaitAsync(CancellationToken ct)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > maxWaiting)
            {
                throw new SlipwayException(
                    ErrorCode.Exhausted, $"{maxWaiting} requests wait for model '{model.Name}' already; try again later.");
            }

            if (!await _turns.WaitAsync(maxWait ?? Timeout.InfiniteTimeSpan, ct))
            {
                throw new SlipwayException(
                    ErrorCode.Exhausted, $"Model '{model.Name}' had no room for the request within {maxWait!.Value.TotalMilliseconds:0} ms; try again later.");
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }

        return Take();
    }

    private ScoringSlot Take()
    {
        lock (_free)
        {
            if (_free.TryPop(out var slot))
                return slot;
        }

        try
        {
            return new ScoringSlot(model);
        }
        catch
        {
            _turns.Release();
            throw;
        }
    }
}
