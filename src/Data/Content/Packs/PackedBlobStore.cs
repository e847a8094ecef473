using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>
/// Keeps many small contents that come together as one content, a <see cref="Pack"/>, in another store; a table tells
/// which stands where. All others go to that store one by one. docs/architecture/content-store.md tells why.
/// </summary>
/// <param name="copies">Of packs that the store does not keep as local files.</param>
internal sealed class PackedBlobStore(IBlobStore whole, PackIndex index, BlobCache copies, CondemnedBlobs? condemned) : IBlobStore, IDisposable
{
    // Fewer are not worth a pack.
    private const int FewestTogether = 16;
    private const string OfPacked = "packed:", OfWhole = "whole:";

    private readonly SemaphoreSlim _fetching = new(1);

    /// <summary>The store of the contents that are not packed, and of the packs.</summary>
    public IBlobStore Whole => whole;

    public string Name => whole.Name;

    public Task<Blob> PutAsync(Stream content, Digest? expected, CancellationToken ct) => whole.PutAsync(content, expected, ct);

    public async Task<IReadOnlyList<Blob>> PutManyAsync(IReadOnlyList<ReadOnlyMemory<byte>> contents, CancellationToken ct)
    {
        var stored = contents.Select(content => new Blob(Digest.Of(content.Span), content.Length)).ToList();
        var known = await SizesAsync([.. stored.Select(blob => blob.Digest).Distinct()], ct);
        var missing = stored.Zip(contents)
            .DistinctBy(pair => pair.First.Digest)
            .Where(pair => !known.ContainsKey(pair.First.Digest))
            .ToLookup(pair => pair.First.Size <= Pack.MaxContent);

        var together = missing[true].Count() >= FewestTogether;
        await PutWholeAsync(together ? missing[false] : missing.SelectMany(pairs => pairs), ct);
        if (together)
            await PutPackedAsync([.. missing[true]], ct);
        return stored;
    }

    public async Task<Stream> OpenReadAsync(Digest digest, long offset, long? length, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (IsLocalFile(digest) || await index.FindAsync(digest, ct) is not { } place)
            return await whole.OpenReadAsync(digest, offset, length, ct);

        try
        {
            return await OpenPackedAsync(place, offset, length, ct);
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.NotFound)
        {
            // It was packed anew, and its old pack has gone since.
            return await index.FindAsync(digest, ct) is { } now && now != place
                ? await OpenPackedAsync(now, offset, length, ct)
                : throw new SlipwayException(
                    ErrorCode.Corrupt, $"The pack {place.Pack}, which holds the content {digest}, is lost; restore it from a backup.", exception);
        }
    }

    public async Task<bool> ExistsAsync(Digest digest, CancellationToken ct) => await SizeAsync(digest, ct) is not null;

    public async Task<long?> SizeAsync(Digest digest, CancellationToken ct)
    {
        if (condemned is not null)
            await condemned.KeepAsync(digest, ct);
        return !IsLocalFile(digest) && await index.FindAsync(digest, ct) is { } place
            ? place.Size
            : await whole.SizeAsync(digest, ct);
    }

    public async Task<IReadOnlyDictionary<Digest, long>> SizesAsync(IReadOnlyCollection<Digest> digests, CancellationToken ct)
    {
        if (condemned is not null)
        {
            foreach (var digest in digests)
                await condemned.KeepAsync(digest, ct);
        }

        var sizes = await index.SizesAsync(digests, ct);
        foreach (var (digest, size) in await whole.SizesAsync([.. digests.Where(digest => !sizes.ContainsKey(digest))], ct))
            sizes[digest] = size;
        return sizes;
    }

    public async Task<bool> DeleteAsync(Digest digest, CancellationToken ct) => await DeleteManyAsync([digest], ct) > 0;

    /// <summary>A content that also lies in the store by itself is still there afterwards, for the next collection.</summary>
    public async Task<int> DeleteManyAsync(IReadOnlyCollection<Digest> digests, CancellationToken ct)
    {
        var packed = (await index.RemoveAsync(digests, ct)).Select(Digest.Parse).ToHashSet();
        return packed.Count + await whole.DeleteManyAsync([.. digests.Where(digest => !packed.Contains(digest))], ct);
    }

    /// <summary>First those of the store, then the packed ones. A pack counts nothing, since its contents do.</summary>
    public async Task<Page<Blob>> ListAsync(int limit, string? token, CancellationToken ct)
    {
        if (token is not null && token.StartsWith(OfPacked, StringComparison.Ordinal))
        {
            var packed = await index.ListAsync(token[OfPacked.Length..], limit, ct);
            return new Page<Blob>(packed, packed.Count < limit ? null : OfPacked + packed[^1].Digest);
        }

        var page = await whole.ListAsync(limit, token?[OfWhole.Length..], ct);
        var packs = await index.PacksAsync(ct);
        return new Page<Blob>(
            [.. page.Items.Select(blob => packs.Contains(blob.Digest) ? blob with { Size = 0 } : blob)],
            page.NextToken is { } next ? OfWhole + next : packs.Count == 0 ? null : OfPacked);
    }

    public string? LocalPath(Digest digest) => whole.LocalPath(digest);

    public void Dispose() => _fetching.Dispose();

    private bool IsLocalFile(Digest digest) => whole.LocalPath(digest) is { } path && File.Exists(path);

    private Task PutWholeAsync(IEnumerable<(Blob Blob, ReadOnlyMemory<byte> Content)> contents, CancellationToken ct) => Parallel.ForEachAsync(
        contents,
        new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = ct },
        async (pair, token) =>
        {
            using var stream = pair.Content.AsStream();
            await whole.PutAsync(stream, pair.Blob.Digest, token);
        });

    private async Task PutPackedAsync(IReadOnlyList<(Blob Blob, ReadOnlyMemory<byte> Content)> contents, CancellationToken ct)
    {
        var left = contents.Sum(pair => TarHeader.SizeOf(pair.Blob.Size));
        var pack = new Pack(left);
        try
        {
            foreach (var (blob, content) in contents)
            {
                if (pack.IsFull)
                {
                    await CloseAsync(pack, ct);
                    pack.Dispose();
                    pack = new Pack(left);
                }

                pack.Add(blob.Digest, content.Span);
                left -= TarHeader.SizeOf(blob.Size);
            }

            await CloseAsync(pack, ct);
        }
        finally
        {
            pack.Dispose();
        }
    }

    private async Task CloseAsync(Pack pack, CancellationToken ct) =>
        await index.AddAsync(await whole.PutAsync(pack.Close(), null, ct), pack.Contents, ct);

    private async Task<Stream> OpenPackedAsync(PackedPlace place, long offset, long? length, CancellationToken ct)
    {
        var pack = Digest.Parse(place.Pack);
        var count = Math.Min(length ?? long.MaxValue, Math.Max(0, place.Size - offset));
        if (whole.LocalPath(pack) is not null)
            return await whole.OpenReadAsync(pack, place.Start + offset, count, ct);

        await FetchAsync(pack, ct);
        return await copies.OpenReadAsync(pack, place.Start + offset, count, ct);
    }

    // Whoever wants one of its contents soon wants others.
    private async Task FetchAsync(Digest pack, CancellationToken ct)
    {
        if (copies.Find(pack) is not null)
            return;
        await _fetching.WaitAsync(ct);
        try
        {
            if (copies.Find(pack) is not null)
                return;
            await using var content = await whole.OpenReadAsync(pack, 0, null, ct);
            await copies.PutAsync(content, pack, ct);
        }
        finally
        {
            _fetching.Release();
        }
    }
}
