namespace Slipway.Data;

/// <summary>
/// Local copies of blobs that are kept elsewhere, each checked against its digest. Beyond the limit those go first that
/// were not asked for longest; one that was asked for within the last hour stays, since an engine may be about to read it.
/// </summary>
public sealed class BlobCache(string folder, long limitBytes, TimeProvider time)
{
    private static readonly TimeSpan s_inUse = TimeSpan.FromHours(1);

    private readonly LocalBlobStore _files = new(folder);
    private readonly Lock _trimming = new();
    private long _added;

    public async Task<Blob> PutAsync(Stream content, Digest? expected, CancellationToken ct)
    {
        var blob = await _files.PutAsync(content, expected, ct);
        Touch(_files.LocalPath(blob.Digest));
        // A look at all files is worth its time only once a tenth of the limit is new.
        if (Interlocked.Add(ref _added, blob.Size) > limitBytes / 10)
            Trim();
        return blob;
    }

    public Task<Stream> OpenReadAsync(Digest digest, long offset, long? length, CancellationToken ct) =>
        _files.OpenReadAsync(digest, offset, length, ct);

    /// <summary>The copy, or null when there is none.</summary>
    public string? Find(Digest digest)
    {
        var path = _files.LocalPath(digest);
        if (!File.Exists(path))
            return null;
        Touch(path);
        return path;
    }

    public string LocalPath(Digest digest) => _files.LocalPath(digest);

    public void Forget(Digest digest)
    {
        // Delete fails where the folder is missing, and only there.
        if (File.Exists(_files.LocalPath(digest)))
            File.Delete(_files.LocalPath(digest));
    }

    private void Trim()
    {
        lock (_trimming)
        {
            Interlocked.Exchange(ref _added, 0);
            var copies = new DirectoryInfo(Path.Combine(folder, "blobs", "sha256"))
                .EnumerateFiles("*", SearchOption.AllDirectories)
                .OrderBy(copy => copy.LastWriteTimeUtc)
                .ToList();
            var idle = (time.GetUtcNow() - s_inUse).UtcDateTime;
            var total = copies.Sum(copy => copy.Length);
            foreach (var copy in copies.TakeWhile(copy => copy.LastWriteTimeUtc < idle))
            {
                if (total <= limitBytes)
                    return;
                total -= copy.Length;
                copy.Delete();
            }
        }
    }

    private void Touch(string path) => File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
}
