using System.Formats.Tar;
using System.Globalization;
using System.IO.Enumeration;

namespace Slipway.Client;

/// <summary>A tree of files in the content store.</summary>
public sealed record ContentTree(string Digest, long Size, int Files);

/// <summary>Uploads files and folders into the content store; what is there already is not sent again.</summary>
public sealed class ContentClient
{
    // Enough to keep a disk and a network busy
    private const int Uploads = 8;

    // Small files go together: a request for each would cost more than the file.
    private const int SmallFile = 64 * 1024, BatchBytes = 16 << 20, BatchFiles = 10_000, FewestTogether = 16, BatchUploads = 2;

    private readonly SlipwayClient _client;

    internal ContentClient(SlipwayClient client) => _client = client;

    /// <summary>
    /// Uploads a file, or a folder with all its files, as one tree. A single file is a tree of one entry. Only files that
    /// changed since the last upload are read, and only what the server has not is sent.
    /// </summary>
    public async Task<ContentTree> UploadAsync(string path, CancellationToken ct)
    {
        var root = Path.GetFullPath(path);
        return Directory.Exists(root)
            ? await UploadAsync(root, root, [.. FilesBelow(root)], ct)
            : await UploadAsync(root, Path.GetDirectoryName(root)!, [root], ct);
    }

    /// <summary>Uploads these files of a folder as one tree.</summary>
    public Task<ContentTree> UploadAsync(string folder, IReadOnlyList<string> files, CancellationToken ct) =>
        UploadAsync(folder, folder, files, ct);

    /// <param name="root">What the digests of the files are remembered under.</param>
    private async Task<ContentTree> UploadAsync(string root, string folder, IReadOnlyList<string> files, CancellationToken ct)
    {
        var digests = FileDigests.Load(root, FileDigests.DefaultFolder, TimeProvider.System);
        var found = new (string File, string Digest, long Size)[files.Count];
        await Parallel.ForAsync(0, files.Count, ct, async (i, token) =>
        {
            var (digest, size) = await digests.OfAsync(files[i], token);
            found[i] = (files[i], digest, size);
        });

        await SendMissingAsync(found, digests, ct);
        digests.Save();
        var entries = found.Select(file => new { Path = Path.GetRelativePath(folder, file.File).Replace('\\', '/'), file.Digest, file.Size });
        return (await _client.SendAsync<ContentTree>(HttpMethod.Post, "api/v1/content/trees", new { Entries = entries }, ct))!;
    }

    /// <summary>One file of a tree, as a stream that the caller disposes.</summary>
    public async Task<Stream> OpenAsync(string tree, string path, CancellationToken ct)
    {
        var escaped = string.Join('/', path.Split('/').Select(SlipwayClient.Escape));
        var answer = await _client.SendAsync(HttpMethod.Get, $"api/v1/content/trees/{tree}/files/{escaped}", null, ct);
        return await answer.Content.ReadAsStreamAsync(ct);
    }

    private async Task SendMissingAsync((string File, string Digest, long Size)[] files, FileDigests digests, CancellationToken ct)
    {
        var places = files.DistinctBy(file => file.Digest).ToDictionary(file => file.Digest, file => new LocalFile(file.File, file.Digest, file.Size));
        var missing = (await _client.SendAsync<Missing>(HttpMethod.Post, "api/v1/content/missing", new { Digests = places.Keys }, ct))!;
        var wanted = missing.Digests.Select(digest => places[digest]).ToLookup(file => file.Size <= SmallFile);
        var together = wanted[true].Count() >= FewestTogether;
        await Parallel.ForEachAsync(
            together ? wanted[false] : wanted.SelectMany(found => found), Options(Uploads, ct), (file, token) => SendAsync(file, digests, token));
        if (together)
            await Parallel.ForEachAsync(Batches(wanted[true]), Options(BatchUploads, ct), (batch, token) => SendAsync(batch, digests, token));
    }

    private async ValueTask SendAsync(LocalFile file, FileDigests digests, CancellationToken ct)
    {
        await using var stream = File.OpenRead(file.Path);
        using var body = new StreamContent(stream);
        Check(file, (await _client.ReadAsync<Blob>(HttpMethod.Post, "api/v1/content/blobs", body, ct))!, digests);
    }

    private async ValueTask SendAsync(IReadOnlyList<LocalFile> batch, FileDigests digests, CancellationToken ct)
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
        var stored = (await _client.ReadAsync<Batch>(HttpMethod.Post, "api/v1/content/batches", body, ct))!;
        foreach (var (file, blob) in batch.Zip(stored.Blobs))
            Check(file, blob, digests);
    }

    private static void Check(LocalFile file, Blob stored, FileDigests digests)
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

    // Links are followed, but not to a folder that they lie in: that would have no end.
    private static FileSystemEnumerable<string> FilesBelow(string root) => new(
        root,
        (ref FileSystemEntry entry) => entry.ToFullPath(),
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
    {
        ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
        ShouldRecursePredicate = (ref FileSystemEntry entry) =>
        {
            var path = entry.ToFullPath();
            if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint)
                && Directory.ResolveLinkTarget(path, returnFinalTarget: true) is { } target
                && path.StartsWith(Path.TrimEndingDirectorySeparator(target.FullName) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                throw new IOException($"'{path}' is a link to a folder that it lies in: leave it out.");
            }

            return true;
        },
    };

    private sealed record LocalFile(string Path, string Digest, long Size);

    private sealed record Batch(IReadOnlyList<Blob> Blobs);

    private sealed record Blob(string Digest, long Size);

    private sealed record Missing(IReadOnlyList<string> Digests);
}
