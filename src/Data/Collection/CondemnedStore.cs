using System.Data;

namespace Slipway.Data;

/// <summary>The SQL of table condemned_blobs.</summary>
internal sealed class CondemnedStore(Database database)
{
    private readonly Dialect _dialect = database.Dialect;

    public async Task<long> LastNumberAsync(CancellationToken ct) =>
        await database.FindAsync<long?>("select max(no) from condemned_blobs", null, ct) ?? 0;

    /// <summary>All of them, claimed ones included.</summary>
    public Task<IReadOnlyList<CondemnedBlob>> ListAsync(long after, int limit, CancellationToken ct) =>
        database.QueryAsync<CondemnedBlob>(
            "select no, digest, size, condemned_at, claimed from condemned_blobs where no > @After order by no limit @Limit",
            new { After = after, Limit = limit },
            ct);

    /// <summary>Those that are condemned already stay as they are; the number of new ones.</summary>
    public Task<int> AddAsync(IReadOnlyCollection<Blob> blobs, long now, CancellationToken ct) => database.WriteAsync(
        IsolationLevel.ReadCommitted,
        (tx, token) => tx.ExecuteAsync(
            """
            insert into condemned_blobs (digest, size, condemned_at) values (@Digest, @Size, @Now)
            on conflict (digest) do nothing
            """,
            blobs.Select(blob => new { Digest = blob.Digest.ToString(), blob.Size, Now = now }).ToList(),
            token),
        ct);

    /// <summary>Takes back the sentence; false: there was none, or it is being carried out.</summary>
    public Task<bool> RescueAsync(Digest digest, CancellationToken ct) => database.WriteAsync(
        IsolationLevel.ReadCommitted,
        async (tx, token) => await tx.ExecuteAsync(
            "delete from condemned_blobs where digest = @Digest and not claimed", new { Digest = digest.ToString() }, token) > 0,
        ct);

    public Task<CondemnedBlob?> FindAsync(Digest digest, CancellationToken ct) => database.FindAsync<CondemnedBlob>(
        "select no, digest, size, condemned_at, claimed from condemned_blobs where digest = @Digest", new { Digest = digest.ToString() }, ct);

    /// <summary>Takes rows that were condemned no later than the time, for deletion.</summary>
    public Task<IReadOnlyList<CondemnedBlob>> ClaimAsync(long condemnedBy, int limit, CancellationToken ct) => database.WriteAsync(
        IsolationLevel.ReadCommitted,
        (tx, token) => tx.QueryAsync<CondemnedBlob>(
            $"""
             update condemned_blobs set claimed = true
             where no in (
                 select no from condemned_blobs where not claimed and condemned_at <= @CondemnedBy
                 order by condemned_at limit @Limit {_dialect.ForUpdateSkipLocked})
             returning no, digest, size, condemned_at, claimed
             """,
            new { CondemnedBy = condemnedBy, Limit = limit },
            token),
        ct);

    /// <summary>What a collection that died had begun to delete.</summary>
    public Task<IReadOnlyList<CondemnedBlob>> ClaimedAsync(int limit, CancellationToken ct) => database.QueryAsync<CondemnedBlob>(
        "select no, digest, size, condemned_at, claimed from condemned_blobs where claimed limit @Limit", new { Limit = limit }, ct);

    public Task RemoveAsync(IReadOnlyCollection<long> numbers, CancellationToken ct) => database.WriteAsync(
        IsolationLevel.ReadCommitted,
        async (tx, token) =>
        {
            foreach (var chunk in numbers.Chunk(500))
                await tx.ExecuteAsync($"delete from condemned_blobs where {_dialect.AnyOf("no", "@Numbers")}", new { Numbers = chunk }, token);
        },
        ct);

    public async Task<(int Count, long Bytes)> TotalAsync(CancellationToken ct)
    {
        var total = await database.FindAsync<Total>(
            "select count(*) as objects, coalesce(sum(size), 0) as bytes from condemned_blobs", null, ct);
        return ((int)total!.Objects, total.Bytes);
    }

    private sealed record Total
    {
        public required long Objects { get; init; }

        public required long Bytes { get; init; }
    }
}

/// <summary>A content without a reference, as it was found.</summary>
internal sealed record CondemnedBlob
{
    public required long No { get; init; }

    public required string Digest { get; init; }

    public required long Size { get; init; }

    public required long CondemnedAt { get; init; }

    public required bool Claimed { get; init; }
}
