using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>
/// Keeps contents that somebody wants from being collected: a store asks here before it says that a blob is there. What
/// was asked for stays at least as long as the grace, in which the record that refers to it has to be committed.
/// docs/architecture/garbage-collection.md has the protocol.
/// </summary>
public sealed class CondemnedBlobs(Database database, TimeProvider time) : IDisposable
{
    // Nobody looks into the database for every blob. A sentence younger than this may be overlooked, and does no harm: the
    // grace that follows it is longer by hours.
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private const int PageSize = 10_000;

    private readonly CondemnedStore _store = new(database);
    private readonly SemaphoreSlim _loading = new(1);
    private Known? _known;

    /// <summary>
    /// Call it before looking whether the blob is there. Takes it off the list of what is to be deleted; waits while it is
    /// being deleted (Unavailable when that does not end).
    /// </summary>
    public async ValueTask KeepAsync(Digest digest, CancellationToken ct)
    {
        var known = Volatile.Read(ref _known);
        if (known is null || time.GetElapsedTime(known.ReadAt) > s_fresh)
            known = await LoadAsync(ct);
        if (known.Digests.Contains(digest))
            await RescueAsync(digest, ct);
    }

    public void Dispose() => _loading.Dispose();

    private async Task RescueAsync(Digest digest, CancellationToken ct)
    {
        var until = time.GetUtcNow() + s_patience;
        while (await _store.FindAsync(digest, ct) is { } sentence)
        {
            if (!sentence.Claimed && await _store.RescueAsync(digest, ct))
                return;
            if (time.GetUtcNow() > until)
                throw new SlipwayException(ErrorCode.Unavailable, $"The content {digest} is being deleted as garbage; try again in a minute.");
            // Real time: it is another process that is waited for.
            await Task.Delay(s_look, ct);
        }
    }

    private async Task<Known> LoadAsync(CancellationToken ct)
    {
        await _loading.WaitAsync(ct);
        try
        {
            // Before the look: what is condemned during it is found by the next one.
            var now = time.GetTimestamp();
            var last = await _store.LastNumberAsync(ct);
            var known = _known is { } before && before.Last == last
                ? before with { ReadAt = now }
                : new Known(await ReadAsync(ct), last, now);
            Volatile.Write(ref _known, known);
            return known;
        }
        finally
        {
            _loading.Release();
        }
    }

    private async Task<DigestSet> ReadAsync(CancellationToken ct)
    {
        var digests = new DigestSet();
        IReadOnlyList<CondemnedBlob> page = [];
        do
        {
            page = await _store.ListAsync(page.Count == 0 ? 0 : page[^1].No, PageSize, ct);
            foreach (var row in page)
                digests.Add(Digest.Parse(row.Digest));
        }
        while (page.Count == PageSize);
        return digests;
    }

    /// <summary>The list as it was at a moment; rows that have gone since do no harm.</summary>
    private sealed record Known(DigestSet Digests, long Last, long ReadAt);
}
