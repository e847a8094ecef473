using Slipway.ObjectStores;

namespace Slipway.Client;

/// <summary>
/// One upload of files to the content store: some are read and hashed while others are sent and stored. A small file is read
/// once.
/// </summary>
/// <param name="digests">A file that turns out to have changed is forgotten there.</param>
internal sealed class ContentUpload(SlipwayClient client, FileDigests digests)
{
    // Enough to keep a disk and a network busy: while some batches are flushed, others are read.
    private const int Batches = 8, Uploads = 4;

    // Small files go together: a request for each would cost more than the file.
    private const int SmallFile = 64 * 1024, FewestTogether = 16;

    // Of files that are looked for on the server at once
    private const int BatchFiles = 10_000, SmallBytes = 6 << 20, LargeBytes = 64 << 20;

    /// <summary>Sends those that the server has not.</summary>
    public async Task<IReadOnlyList<LocalFile>> RunAsync(IEnumerable<FileOfTree> files, CancellationToken ct)
    {
        var sent = new List<LocalFile>();
        await Parallel.ForEachAsync(Batch(files), Options(Batches, ct), async (batch, token) =>
        {
            var found = await SendAsync(batch, token);
            lock (sent)
                sent.AddRange(found);
        });
        return sent;
    }

    private IEnumerable<IReadOnlyList<Stamped>> Batch(IEnumerable<FileOfTree> files)
    {
        var batch = new List<Stamped>();
        var (small, large) = (0L, 0L);
        foreach (var file in files)
        {
            var stamp = FileDigests.StampOf(file.File);
            batch.Add(new Stamped(file, stamp, digests.Find(file.File, stamp)));
            if (stamp.Size <= SmallFile)
                small += stamp.Size;
            else if (batch[^1].Known is null)
                large += stamp.Size;
            if (batch.Count < BatchFiles && small < SmallBytes && large < LargeBytes)
                continue;
            yield return batch;
            (batch, small, large) = ([], 0, 0);
        }

        if (batch.Count > 0)
            yield return batch;
    }

    private async Task<IReadOnlyList<LocalFile>> SendAsync(IReadOnlyList<Stamped> batch, CancellationToken ct)
    {
        using var archive = new FileArchive(batch.Where(file => file.Known is null && file.Stamp.Size <= SmallFile).Select(file => file.Stamp.Size));
        var files = batch.Select(file => Read(file, archive, ct)).ToList();
        var missing = await client.SendAsync<Missing>(
            HttpMethod.Post, "api/v1/content/missing", new { Digests = files.Select(file => file.Digest).Distinct() }, ct);
        var wanted = missing!.Digests.ToHashSet();
        archive.Retain(wanted);
        var others = files.Where(file => wanted.Remove(file.Digest)).ToLookup(file => file.Size <= SmallFile);
        foreach (var file in others[true])
            ReadAgain(file, archive);

        if (archive.Files.Count >= FewestTogether)
            await SendAsync(archive, ct);
        else
            await Parallel.ForEachAsync(archive.Contents(), Options(Uploads, ct), (small, token) => SendAsync(small.File, small.Content, token));
        await Parallel.ForEachAsync(others[false], Options(Uploads, ct), SendAsync);
        return files;
    }

    private LocalFile Read(Stamped file, FileArchive archive, CancellationToken ct)
    {
        var (treePath, path) = file.File;
        if (file.Known is { } known)
            return new LocalFile(treePath, path, known, file.Stamp.Size);

        var (digest, size) = digests.Read(
            path, file.Stamp, stamp => stamp.Size <= SmallFile ? archive.Read(path, stamp.Size) : FileDigests.Hash(path, ct));
        var found = new LocalFile(treePath, path, digest, size);
        if (size <= SmallFile)
            archive.Keep(found);
        return found;
    }

    // The server has not what it was sent earlier.
    private void ReadAgain(LocalFile file, FileArchive archive)
    {
        if (archive.Read(file.Path, file.Size) != file.Digest)
            throw Changed(file);
        archive.Keep(file);
    }

    private async ValueTask SendAsync(LocalFile file, CancellationToken ct)
    {
        await using var stream = File.OpenRead(file.Path);
        using var body = new StreamContent(stream);
        Check(file, (await client.ReadAsync<Blob>(HttpMethod.Post, "api/v1/content/blobs", body, ct))!);
    }

    private async ValueTask SendAsync(LocalFile file, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        using var body = new ReadOnlyMemoryContent(content);
        Check(file, (await client.ReadAsync<Blob>(HttpMethod.Post, "api/v1/content/blobs", body, ct))!);
    }

    private async Task SendAsync(FileArchive archive, CancellationToken ct)
    {
        using var body = new ReadOnlyMemoryContent(archive.Close());
        var stored = (await client.ReadAsync<Stored>(HttpMethod.Post, "api/v1/content/batches", body, ct))!;
        foreach (var (file, blob) in archive.Files.Zip(stored.Blobs))
            Check(file, blob);
    }

    private void Check(LocalFile file, Blob stored)
    {
        if (stored.Digest != file.Digest)
            throw Changed(file);
    }

    private IOException Changed(LocalFile file)
    {
        digests.Forget(file.Path);
        return new IOException($"'{file.Path}' changed while it was uploaded: wait until its writer has ended, then try again.");
    }

    private static ParallelOptions Options(int parallelism, CancellationToken ct) =>
        new() { MaxDegreeOfParallelism = parallelism, CancellationToken = ct };

    /// <param name="Known">The digest, when the file has not changed since it was read.</param>
    private sealed record Stamped(FileOfTree File, FileStamp Stamp, string? Known);

    private sealed record Missing(IReadOnlyList<string> Digests);

    private sealed record Stored(IReadOnlyList<Blob> Blobs);

    private sealed record Blob(string Digest, long Size);
}
