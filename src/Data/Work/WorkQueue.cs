using System.Data;
using System.Data.Common;
using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>
/// Work that survives its worker: items are leased for a time, renewed by heartbeats, and leased again when their
/// worker is gone. A worker that lost its lease is refused (Conflict), so an item is completed once.
/// </summary>
public sealed class WorkQueue(Database database, TimeProvider time)
{
    private readonly WorkItemStore _items = new(database.Dialect);
    private readonly WakeUp _wakeUp = new();

    /// <summary>Adds the item and returns its id, or that of the open item with the same key.</summary>
    public Task<long> EnqueueAsync(NewWork work, CancellationToken ct) =>
        WriteAsync((tx, token) => EnqueueAsync(tx, work, token), ct);

    /// <summary>As part of a larger write: the item is there exactly if that write is committed.</summary>
    public async Task<long> EnqueueAsync(DbTransaction tx, NewWork work, CancellationToken ct)
    {
        if (work.MaxAttempts < 1)
            throw SlipwayException.Invalid("Work needs at least one attempt (MaxAttempts).");

        var id = await _items.InsertAsync(tx, work, time.UtcNow(), ct);
        database.AfterCommit(_wakeUp.Signal);
        return id;
    }

    /// <summary>Leases the next item of these kinds, or returns null when none is due.</summary>
    /// <param name="owner">Names the worker, and dies with it: see <see cref="ReleaseAsync(string, CancellationToken)"/>.</param>
    public async Task<Lease?> LeaseAsync(
        IReadOnlyCollection<string> kinds, string owner, TimeSpan duration, CancellationToken ct)
    {
        var wanted = kinds.ToArray();
        var now = time.UtcNow();

        // Most looks find nothing; one that only reads does not stop the writers.
        if (!await _items.AnyDueAsync(database, wanted, now, ct))
            return null;

        return await WriteAsync(
            (tx, token) => _items.LeaseAsync(tx, wanted, owner, now, (long)duration.TotalMilliseconds, token), ct);
    }

    /// <summary>
    /// As <see cref="LeaseAsync"/>, but waits until there is an item: it hears at once of what this process adds,
    /// and looks every <paramref name="poll"/> for what others add and for what becomes due. While the database is away there is none.
    /// </summary>
    public async Task<Lease> NextAsync(
        IReadOnlyCollection<string> kinds, string owner, TimeSpan duration, TimeSpan poll, CancellationToken ct)
    {
        while (true)
        {
            // Taken before the look, so that what is added during the look is not missed.
            var signal = _wakeUp.Next;
            if (await TryLeaseAsync(kinds, owner, duration, ct) is { } lease)
                return lease;

            await WakeUp.WaitAsync(signal, poll, time, ct);
        }
    }

    /// <summary>
    /// Waits until this process adds (or gives back) an item after this call, at most so long. What came between the
    /// last look and this call is not noticed: <see cref="NextAsync"/> has no such gap.
    /// </summary>
    public Task WaitAsync(TimeSpan max, CancellationToken ct) => WakeUp.WaitAsync(_wakeUp.Next, max, time, ct);

    /// <summary>Keeps the lease for so long from now. False: it is lost; stop the work, its result will be refused.</summary>
    public Task<bool> HeartbeatAsync(Lease lease, TimeSpan duration, CancellationToken ct) =>
        WriteAsync(
            (tx, token) => _items.ExtendAsync(tx, lease, time.UtcNow() + (long)duration.TotalMilliseconds, token), ct);

    /// <summary>The work is done. Conflict: the lease was lost.</summary>
    public Task CompleteAsync(Lease lease, CancellationToken ct) =>
        WriteAsync(
            async (tx, token) =>
            {
                await CompleteAsync(tx, lease, token);
                return true;
            },
            ct);

    /// <summary>Together with the work's result: both are kept or, with a lost lease (Conflict), neither.</summary>
    public async Task CompleteAsync(DbTransaction tx, Lease lease, CancellationToken ct)
    {
        if (!await _items.FinishAsync(tx, lease, WorkState.Done, null, time.UtcNow(), ct))
            throw Lost(lease);
    }

    /// <summary>The work failed: it is begun again after a while if attempts are left (null: never again).</summary>
    public Task FailAsync(Lease lease, string error, TimeSpan? retryAfter, CancellationToken ct) =>
        WriteAsync(
            async (tx, token) =>
            {
                var now = time.UtcNow();
                var kept = retryAfter is { } delay && lease.Attempt < lease.MaxAttempts
                    ? await _items.RequeueAsync(tx, lease, lease.Attempt, error, now + (long)delay.TotalMilliseconds, token)
                    : await _items.FinishAsync(tx, lease, WorkState.Failed, error, now, token);
                if (!kept)
                    throw Lost(lease);

                database.AfterCommit(_wakeUp.Signal);
                return true;
            },
            ct);

    /// <summary>Gives the item back unworked, as when the worker is stopped: the attempt does not count.</summary>
    public Task ReleaseAsync(Lease lease, CancellationToken ct) =>
        WriteAsync(
            async (tx, token) =>
            {
                if (!await _items.RequeueAsync(tx, lease, lease.Attempt - 1, null, time.UtcNow(), token))
                    throw Lost(lease);

                database.AfterCommit(_wakeUp.Signal);
                return true;
            },
            ct);

    /// <summary>Gives back all that a dead worker holds (its attempts count); the number of items.</summary>
    public Task<int> ReleaseAsync(string owner, CancellationToken ct) =>
        WriteAsync(
            async (tx, token) =>
            {
                var released = await _items.ReleaseAsync(tx, owner, time.UtcNow(), token);
                database.AfterCommit(_wakeUp.Signal);
                return released;
            },
            ct);

    /// <summary>The items of a kind in a state, oldest first: what is waiting, who works, what was given up and why.</summary>
    public Task<IReadOnlyList<WorkItem>> ListAsync(string kind, WorkState state, int limit, CancellationToken ct) =>
        _items.ListAsync(database, kind, state, limit, ct);

    /// <summary>Forgets what was finished long ago, some thousands at once; the number of items.</summary>
    public Task<int> DeleteFinishedAsync(TimeSpan age, CancellationToken ct) =>
        WriteAsync((tx, token) => _items.DeleteFinishedAsync(tx, time.UtcNow() - (long)age.TotalMilliseconds, token), ct);

    private async Task<Lease?> TryLeaseAsync(IReadOnlyCollection<string> kinds, string owner, TimeSpan duration, CancellationToken ct)
    {
        try
        {
            return await LeaseAsync(kinds, owner, duration, ct);
        }
        catch (Exception exception) when (database.IsAway(exception))
        {
            return null;
        }
    }

    // Read committed suffices: each statement locks the rows that it decides on, and none may run twice for a conflict.
    private Task<T> WriteAsync<T>(Func<DbTransaction, CancellationToken, Task<T>> action, CancellationToken ct) =>
        database.WriteAsync(IsolationLevel.ReadCommitted, action, ct);

    private static SlipwayException Lost(Lease lease) => SlipwayException.Conflict(
        $"The lease of work item {lease.Id} ({lease.Kind}) was lost: it ran out or the item was given to another worker. "
        + "Drop this result.");
}
