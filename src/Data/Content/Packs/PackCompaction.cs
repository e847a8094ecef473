namespace Slipway.Data;

/// <summary>
/// Frees the room of small contents that were deleted: what is left in packs that are mostly waste is packed anew. The old
/// packs are garbage then, and stay for the grace, in which whoever looked up a place in one has read it.
/// </summary>
internal sealed class PackCompaction(PackedBlobStore blobs, PackIndex index)
{
    /// <summary>The number of packs that were given up.</summary>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var sparse = await index.SparseAsync(ct);
        var given = new List<long>();
        var pack = new Pack(0);
        try
        {
            foreach (var old in sparse)
            {
                await AddAsync(pack, old, ct);
                given.Add(old.No);
                if (!pack.IsFull)
                    continue;
                await MoveAsync(given, pack, ct);
                pack.Dispose();
                (pack, given) = (new Pack(0), []);
            }

            await MoveAsync(given, pack, ct);
            return sparse.Count;
        }
        finally
        {
            pack.Dispose();
        }
    }

    private async Task AddAsync(Pack pack, SparsePack old, CancellationToken ct)
    {
        var source = Digest.Parse(old.Digest);
        foreach (var content in await index.ContentsAsync(old.No, ct))
        {
            await using var stream = await blobs.Whole.OpenReadAsync(source, content.Start, content.Size, ct);
            var bytes = new byte[content.Size];
            await stream.ReadExactlyAsync(bytes, ct);
            pack.Add(content.Digest, bytes);
        }
    }

    private async Task MoveAsync(List<long> from, Pack pack, CancellationToken ct)
    {
        if (pack.Contents.Count > 0)
            await index.MoveAsync(from, await blobs.Whole.PutAsync(pack.Close(), null, ct), pack.Contents, ct);
        if (from.Count > 0)
            await index.ForgetEmptyAsync(from, ct);
    }
}
