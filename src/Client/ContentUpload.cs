using System.Formats.Tar;
using System.Globalization;

namespace Slipway.Client;

/// <summary>One upload of files to the content store.</summary>
/// <param name="digests">A file that turns out to have changed is forgotten there.</param>
internal sealed class ContentUpload(SlipwayClient client, FileDigests digests)
{
    // Enough to keep a disk and a network busy
    private const int Uploads = 8;

    // Small files go together: a request for each would cost more than the file.
    private const int SmallFile = 64 * 1024, BatchBytes = 16 << 20, BatchFiles = 10_000, FewestTogether = 16, BatchUploads = 2;

    /// <summary>Sends those that the server has not.</summary>
    public async Task RunAsync(IReadOnlyList<LocalFile> files, CancellationToken ct)
    {
        var places = files.DistinctBy(file => file.Digest).ToDictionary(file => file.Digest);
        var missing = (await client.SendAsync<Missing>(HttpMethod.Post, "api/v1/content/missing", new { Digests = places.Keys }, ct))!;
        var wanted = missing.Digests.Select(digest => places[digest]).ToLookup(file => file.Size <= SmallFile);
        var together = wanted[true].Count() >= FewestTogether;
        await Parallel.ForEachAsync(
            together ? wanted[false] : wanted.SelectMany(found => found), Options(Uploads, ct), (file, token) => SendAsync(file, token));
        if (together)
            await Parallel.ForEachAsync(Batches(wanted[true]), Options(BatchUploads, ct), (batch, token) => SendAsync(batch, token));
    }

    private async ValueTask SendAsync(LocalFile file, CancellationToken ct)
    {
        await using var stream = File.OpenRead(file.Path);
        using var body = new StreamContent(stream);
        Check(file, (await client.ReadAsync<Blob>(HttpMethod.Post, "api/v1/content/blobs", body, ct))!);
    }

    private async ValueTask SendAsync(IReadOnlyList<LocalFile> batch, CancellationToken ct)
    {
        using var archive = new MemoryStream((int)batch.Sum(file => file.Size + 1024) + 4096);
        await using (var tar = new TarWriter(archive, TarEntryFormat.Ustar, leaveOpen: true))
        {
            for (var i = 0; i < batch.Count; i++)
            {
                using var content = new MemoryStream(File.ReadAllBytes(batch[i].Path));
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, i.ToString(CultureInfo.InvariantCulture)) { DataStream = content });
            }
        }

        using var body = new ByteArrayContent(archive.GetBuffer(), 0, (int)archive.Length);
        var stored = (await client.ReadAsync<Batch>(HttpMethod.Post, "api/v1/content/batches", body, ct))!;
        foreach (var (file, blob) in batch.Zip(stored.Blobs))
            Check(file, blob);
    }

    private void Check(LocalFile file, Blob stored)
    {
        if (stored.Digest == file.Digest)
            return;

        digests.Forget(file.Path);
        throw new IOException($"'{file.Path}' changed while it was uploaded: wait until its writer has ended, then try again.");
    }

    private static IEnumerable<IReadOnlyList<LocalFile>> Batches(IEnumerable<LocalFile> files)
    {
        var batch = new List<LocalFile>();
        var bytes = 0L;
        foreach (var file in files)
        {
            batch.Add(file);
            bytes += file.Size;
            if (batch.Count < BatchFiles && bytes < BatchBytes)
                continue;
            yield return batch;
            (batch, bytes) = ([], 0);
        }

        if (batch.Count > 0)
            yield return batch;
    }

    private static ParallelOptions Options(int parallelism, CancellationToken ct) =>
        new() { MaxDegreeOfParallelism = parallelism, CancellationToken = ct };

    private sealed record Missing(IReadOnlyList<string> Digests);

    private sealed record Batch(IReadOnlyList<Blob> Blobs);

    private sealed record Blob(string Digest, long Size);
}
