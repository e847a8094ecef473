using System.Collections.Concurrent;
using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>
/// Where contents are kept. A blob is complete or absent, never changes, and is named by what it holds. One that was
/// stored, or of which it was said that it is there, stays for a grace in which a record can be made to refer to it.
/// </summary>
public interface IBlobStore : IPolicy
{
    /// <summary>
    /// Stores the content under the digest that it turns out to have; a content that is there already is not stored
    /// again. When another digest was expected, nothing stays, and the refusal is Corrupt.
    /// </summary>
    Task<Blob> PutAsync(Stream content, Digest? expected, CancellationToken ct);

    /// <summary>Stores a content that is in memory, unless it is there.</summary>
    async Task<Blob> PutBytesAsync(ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        // Hashing is cheap beside a write that is not needed: most small contents are there already.
        var digest = Digest.Of(content.Span);
        if (await ExistsAsync(digest, ct))
            return new Blob(digest, content.Length);

        using var stream = content.AsStream();
        return await PutAsync(stream, digest, ct);
    }

    /// <summary>
    /// Stores contents that come together, each as if it were put alone; small ones the store may keep as one. The digests
    /// and sizes in the given order.
    /// </summary>
    async Task<IReadOnlyList<Blob>> PutManyAsync(IReadOnlyList<ReadOnlyMemory<byte>> contents, CancellationToken ct)
    {
        var stored = new List<Blob>(contents.Count);
        foreach (var content in contents)
        {
            using var stream = content.AsStream();
            stored.Add(await PutAsync(stream, null, ct));
        }

        return stored;
    }

    /// <summary>Length bytes from the offset on (null: all the rest); NotFound when the blob is absent.</summary>
    Task<Stream> OpenReadAsync(Digest digest, long offset, long? length, CancellationToken ct);

    Task<bool> ExistsAsync(Digest digest, CancellationToken ct);

    /// <summary>The size in bytes, or null when the blob is absent.</summary>
    Task<long?> SizeAsync(Digest digest, CancellationToken ct);

    /// <summary>The sizes in bytes of those that are there.</summary>
    async Task<IReadOnlyDictionary<Digest, long>> SizesAsync(IReadOnlyCollection<Digest> digests, CancellationToken ct)
    {
        var sizes = new ConcurrentDictionary<Digest, long>();
        await Parallel.ForEachAsync(digests, Together(ct), async (digest, token) =>
        {
            if (await SizeAsync(digest, token) is { } size)
                sizes[digest] = size;
        });
        return sizes;
    }

    /// <summary>False: there was nothing to delete.</summary>
    Task<bool> DeleteAsync(Digest digest, CancellationToken ct);

    /// <summary>How many of them were there to be deleted.</summary>
    async Task<int> DeleteManyAsync(IReadOnlyCollection<Digest> digests, CancellationToken ct)
    {
        var deleted = 0;
        await Parallel.ForEachAsync(digests, Together(ct), async (digest, token) =>
        {
            if (await DeleteAsync(digest, token))
                Interlocked.Increment(ref deleted);
        });
        return deleted;
    }

    /// <summary>The blobs, page by page. To be listed keeps none of them.</summary>
    Task<Page<Blob>> ListAsync(int limit, string? token, CancellationToken ct);

    /// <summary>The file that is the blob, for engines that read files; null when the store has no such files.</summary>
    string? LocalPath(Digest digest);

    private static ParallelOptions Together(CancellationToken ct) => new() { MaxDegreeOfParallelism = 8, CancellationToken = ct };
}
