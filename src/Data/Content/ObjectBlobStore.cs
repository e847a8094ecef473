using Slipway.Kernel;
using Slipway.ObjectStores;

namespace Slipway.Data;

/// <summary>Blobs as objects: [prefix/]blobs/sha256/ab/abcdef… of any object store that can be written to.</summary>
/// <param name="copies">What was written or read here lately; a blob is hashed into it before it has a name.</param>
/// <param name="condemned">Null: nothing is ever collected here.</param>
public sealed class ObjectBlobStore(IObjectStore store, string prefix, BlobCache copies, CondemnedBlobs? condemned = null) : IBlobStore
{
    private readonly string _root = (prefix.Length == 0 ? "" : prefix.Trim('/') + "/") + "blobs/sha256/";

    public string Name => "object";

    public async Task<Blob> PutAsync(Stream content, Digest? expected, CancellationToken ct)
    {
        var blob = await copies.PutAsync(content, expected, ct);
        if (await ExistsAsync(blob.Digest, ct))
            return blob;

        await using var copy = await copies.OpenReadAsync(blob.Digest, 0, null, ct);
        try
        {
            await store.WriteAsync(ObjectNameOf(blob.Digest), copy, WriteCondition.Absent, ct);
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.Conflict)
        {
            // Another writer, or this one before its connection broke, has stored the same bytes.
        }

        return blob;
    }

    public async Task<Stream> OpenReadAsync(Digest digest, long offset, long? length, CancellationToken ct)
    {
        try
        {
            return await store.OpenReadAsync(ObjectNameOf(digest), offset, length, null, ct);
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.NotFound)
        {
            throw SlipwayException.NotFound("Blob", digest.ToString());
        }
    }

    public async Task<bool> ExistsAsync(Digest digest, CancellationToken ct) => await SizeAsync(digest, ct) is not null;

    public async Task<long?> SizeAsync(Digest digest, CancellationToken ct)
    {
        if (condemned is not null)
            await condemned.KeepAsync(digest, ct);
        return (await store.FindAsync(ObjectNameOf(digest), ct))?.Size;
    }

    public Task<bool> DeleteAsync(Digest digest, CancellationToken ct)
    {
        copies.Forget(digest);
        return store.DeleteAsync(ObjectNameOf(digest), ct);
    }

    public async Task<Page<Blob>> ListAsync(int limit, string? token, CancellationToken ct)
    {
        var page = await store.ListAsync(_root, limit, token, ct);
        var blobs = page.Items
            .Select(found => Digest.TryParseHex(found.Name[(found.Name.LastIndexOf('/') + 1)..], out var digest) ? new Blob(digest, found.Size) : null)
            .OfType<Blob>();
        return new Page<Blob>([.. blobs], page.NextToken);
    }

    public string? LocalPath(Digest digest) => null;

    private string ObjectNameOf(Digest digest) => $"{_root}{digest.Hex[..2]}/{digest.Hex}";
}
