using System.Collections.Concurrent;
using Slipway.Kernel;
using Slipway.ObjectStores;

namespace Slipway.Data;

/// <summary>Blobs as read-only files: &lt;root&gt;/blobs/sha256/ab/abcdef…</summary>
public sealed class LocalBlobStore : IBlobStore
{
    private const int LooksTogether = 512;

    private readonly string _blobs;
    private readonly string _unfinished;
    private readonly Func<string, FileStream> _create;
    private readonly CondemnedBlobs? _condemned;

    /// <param name="condemned">Null: nothing is ever collected here.</param>
    public LocalBlobStore(string root, CondemnedBlobs? condemned = null)
        : this(root, Create) => _condemned = condemned;

    /// <param name="create">Opens a new file to write to: tests let it fail as a full disk does.</param>
    internal LocalBlobStore(string root, Func<string, FileStream> create)
    {
        _blobs = Path.Combine(Path.GetFullPath(root), "blobs", "sha256");
        _unfinished = Path.Combine(Path.GetFullPath(root), "blobs", "unfinished");
        _create = create;
        Directory.CreateDirectory(_blobs);
        Directory.CreateDirectory(_unfinished);
    }

    public string Name => "local";

    public async Task<Blob> PutAsync(Stream content, Digest? expected, CancellationToken ct)
    {
        var path = Path.Combine(_unfinished, Path.GetRandomFileName());
        try
        {
            Blob blob;
            await using (var file = Write(() => _create(path)))
            {
                blob = await HashedCopy.RunAsync(content, (block, token) => WriteAsync(() => file.WriteAsync(block, token)), ct);
                Check(blob, expected);
                await KeepAsync(blob.Digest, ct);
                if (File.Exists(LocalPath(blob.Digest)))
                    return blob;

                Write(() => file.Flush(flushToDisk: true));
            }

            Write(() => PublishedFile.Move(path, LocalPath(blob.Digest)));
            return blob;
        }
        finally
        {
            // Absent after a rename; otherwise nothing half written may stay.
            File.Delete(path);
        }
    }

    public Task<Stream> OpenReadAsync(Digest digest, long offset, long? length, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        FileStream file;
        try
        {
            file = new FileStream(LocalPath(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 64 * 1024);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw SlipwayException.NotFound("Blob", digest.ToString());
        }

        file.Position = offset;
        return Task.FromResult<Stream>(length is { } count ? new BoundedStream(file, count) : file);
    }

    public async Task<bool> ExistsAsync(Digest digest, CancellationToken ct) => await SizeAsync(digest, ct) is not null;

    public async Task<long?> SizeAsync(Digest digest, CancellationToken ct)
    {
        await KeepAsync(digest, ct);
        var file = new FileInfo(LocalPath(digest));
        return file.Exists ? file.Length : null;
    }

    // A look at a file is quicker than a task: many go together.
    public async Task<IReadOnlyDictionary<Digest, long>> SizesAsync(IReadOnlyCollection<Digest> digests, CancellationToken ct)
    {
        var sizes = new ConcurrentDictionary<Digest, long>();
        await Parallel.ForEachAsync(digests.Chunk(LooksTogether), ct, async (chunk, token) =>
        {
            foreach (var digest in chunk)
            {
                await KeepAsync(digest, token);
                if (new FileInfo(LocalPath(digest)) is { Exists: true } file)
                    sizes[digest] = file.Length;
            }
        });
        return sizes;
    }

    public Task<bool> DeleteAsync(Digest digest, CancellationToken ct)
    {
        var path = LocalPath(digest);
        if (!File.Exists(path))
            return Task.FromResult(false);

        File.Delete(path);
        return Task.FromResult(true);
    }

    public Task<Page<Blob>> ListAsync(int limit, string? token, CancellationToken ct)
    {
        var after = token ?? "";
        var found = new List<Blob>(limit);
        foreach (var shard in Directory.EnumerateDirectories(_blobs).Order(StringComparer.Ordinal))
        {
            ct.ThrowIfCancellationRequested();
            if (string.CompareOrdinal(Path.GetFileName(shard), 0, after, 0, 2) < 0)
                continue;

            foreach (var name in Directory.EnumerateFiles(shard).Select(Path.GetFileName).Order(StringComparer.Ordinal))
            {
                if (string.CompareOrdinal(name, after) <= 0 || !Digest.TryParseHex(name!, out var digest))
                    continue;
                if (found.Count == limit)
                    return Task.FromResult(new Page<Blob>(found, found[^1].Digest.Hex));
                if (new FileInfo(Path.Combine(shard, name!)) is { Exists: true } file)
                    found.Add(new Blob(digest, file.Length));
            }
        }

        return Task.FromResult(new Page<Blob>(found, null));
    }

    public string LocalPath(Digest digest) => Path.Combine(_blobs, digest.Hex[..2], digest.Hex);

    /// <summary>Removes what writers that died have left, once it is surely abandoned; the number of files.</summary>
    public int DeleteUnfinished(DateTimeOffset before)
    {
        var abandoned = new DirectoryInfo(_unfinished).EnumerateFiles()
            .Where(file => file.LastWriteTimeUtc < before.UtcDateTime)
            .ToList();
        foreach (var file in abandoned)
            file.Delete();
        return abandoned.Count;
    }

    private ValueTask KeepAsync(Digest digest, CancellationToken ct) => _condemned?.KeepAsync(digest, ct) ?? ValueTask.CompletedTask;

    private static FileStream Create(string path) =>
        new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);

    private static void Check(Blob blob, Digest? expected)
    {
        if (expected is { } digest && digest != blob.Digest)
            throw new SlipwayException(ErrorCode.Corrupt, $"The content should be {digest} but is {blob.Digest}; send it again.");
    }

    private void Write(Action step) => Write(() =>
    {
        step();
        return true;
    });

    private T Write<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Refused(exception);
        }
    }

    private async ValueTask WriteAsync(Func<ValueTask> step)
    {
        try
        {
            await step();
        }
        catch (IOException exception)
        {
            throw Refused(exception);
        }
    }

    private SlipwayException Refused(Exception exception) => new(
        ErrorCode.StorageFull,
        $"The content store '{_blobs}' could not be written: {exception.Message.TrimEnd('.')}. Free space on its disk, then try again.",
        exception);
}
