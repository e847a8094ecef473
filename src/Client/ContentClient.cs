using System.Security.Cryptography;
using Slipway.Data;

namespace Slipway.Client;

/// <summary>A tree of files in the content store.</summary>
public sealed record ContentTree(string Digest, long Size, int Files);

/// <summary>A file of a tree in the content store.</summary>
public sealed record ContentFile(string Path, string Digest, long Size);

/// <summary>A file on this machine, and the path that it has in a tree ('/' between its parts).</summary>
public sealed record FileOfTree(string TreePath, string File);

/// <summary>Uploads files and folders into the content store; what is there already is not sent again.</summary>
public sealed class ContentClient
{
    // Enough to keep a disk and a network busy
    private const int Downloads = 8;

    private readonly SlipwayClient _client;

    internal ContentClient(SlipwayClient client) => _client = client;

    /// <summary>
    /// Uploads a file, or a folder with all its files, as one tree. A single file is a tree of one entry. Only files that
    /// changed since the last upload are read, and only what the server has not is sent.
    /// </summary>
    public async Task<ContentTree> UploadAsync(string path, CancellationToken ct)
    {
        var root = Path.GetFullPath(path);
        return await UploadAsync(root, LocalFiles.Below(root), ct);
    }

    /// <summary>Uploads these files of a folder as one tree.</summary>
    public Task<ContentTree> UploadAsync(string folder, IReadOnlyList<string> files, CancellationToken ct) =>
        UploadAsync(folder, files.Select(file => new FileOfTree(LocalFiles.Relative(folder, file), file)), ct);

    /// <summary>Uploads files as one tree, in which each has the path that it is given here.</summary>
    /// <param name="root">What the digests of the files are remembered under.</param>
    public async Task<ContentTree> UploadAsync(string root, IEnumerable<FileOfTree> files, CancellationToken ct)
    {
        var digests = FileDigests.Load(root, FileDigests.DefaultFolder, TimeProvider.System);
        var found = await new ContentUpload(_client, digests).RunAsync(files, ct);
        var saving = Task.Run(digests.Save, ct);
        var entries = found.Select(file => new ContentFile(file.TreePath, file.Digest, file.Size));
        var tree = await _client.SendAsync<ContentTree>(HttpMethod.Post, "api/v1/content/trees", new { Entries = entries }, ct);
        await saving;
        return tree!;
    }

    /// <summary>The tree that a file or folder would be, without sending anything.</summary>
    public static Task<ContentTree> ScanAsync(string path, CancellationToken ct) => Task.Run(() => Scan(path, ct), ct);

    private static ContentTree Scan(string path, CancellationToken ct)
    {
        var root = Path.GetFullPath(path);
        var digests = FileDigests.Load(root, FileDigests.DefaultFolder, TimeProvider.System);
        var found = LocalFiles.Digest([.. LocalFiles.Below(root)], digests, ct);
        digests.Save();
        Array.Sort(found, (a, b) => TreeManifest.Compare(a.TreePath, b.TreePath));
        var manifest = TreeManifest.Write([.. found.Select(file => (file.TreePath, file.Digest, file.Size))]);
        return new ContentTree(
            FileDigests.Text(SHA256.HashData(manifest)), found.Sum(file => file.Size), found.Length);
    }

    /// <summary>Whether the server has a content.</summary>
    public async Task<bool> ExistsAsync(string digest, CancellationToken ct) =>
        (await _client.SendAsync<Missing>(HttpMethod.Post, "api/v1/content/missing", new { Digests = new[] { digest } }, ct))!.Digests.Count == 0;

    /// <summary>The paths of a tree's files.</summary>
    public async Task<IReadOnlyList<string>> FilesAsync(string tree, CancellationToken ct) => [.. (await ListAsync(tree, ct)).Select(file => file.Path)];

    /// <summary>The files of a tree, in the order of their paths.</summary>
    public async Task<IReadOnlyList<ContentFile>> ListAsync(string tree, CancellationToken ct) =>
        (await _client.ReadAsync<Listing>(HttpMethod.Get, $"api/v1/content/trees/{tree}", null, ct))!.Files;

    /// <summary>
    /// Writes the files of a tree into a folder, each complete or not at all; those that are right already are left alone,
    /// and what else is there stays. The number of files that were written.
    /// </summary>
    public async Task<int> DownloadAsync(string tree, string folder, CancellationToken ct)
    {
        var root = Path.GetFullPath(folder);
        var files = await ListAsync(tree, ct);
        var digests = FileDigests.Load(root, FileDigests.DefaultFolder, TimeProvider.System);
        var written = 0;
        await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = Downloads, CancellationToken = ct }, async (file, token) =>
        {
            // The server's trees hold no path that leads out; a server is not to be trusted with this disk all the same.
            var target = Path.GetFullPath(Path.Combine(root, file.Path));
            if (!target.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw new IOException($"The server sent the path '{file.Path}', which leaves the folder.");
            if (File.Exists(target) && new FileInfo(target).Length == file.Size && digests.Of(target, token).Digest == file.Digest)
                return;

            await WriteAsync(file, target, token);
            Interlocked.Increment(ref written);
        });
        return written;
    }

    /// <summary>
    /// Fills the parts, one after the other, with what a content holds from the offset on. Goes on where a connection broke off, and gives up
    /// when nothing has come for some seconds.
    /// </summary>
    /// <param name="filled">Told of each part as soon as it is full.</param>
    public Task ReadAsync(string digest, long offset, IReadOnlyList<Memory<byte>> parts, Action<int> filled, CancellationToken ct) =>
        new RangeReading(_client, digest, offset, parts, filled).RunAsync(ct);

    /// <summary>One file of a tree, as a stream that the caller disposes.</summary>
    public async Task<Stream> OpenAsync(string tree, string path, CancellationToken ct)
    {
        var escaped = string.Join('/', path.Split('/').Select(SlipwayClient.Escape));
        var answer = await _client.SendAsync(HttpMethod.Get, $"api/v1/content/trees/{tree}/files/{escaped}", null, ct);
        return await answer.Content.ReadAsStreamAsync(ct);
    }

    private async Task WriteAsync(ContentFile file, string target, CancellationToken ct)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var unfinished = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetRandomFileName()}.part");
        try
        {
            await using (var content = await _client.OpenAsync($"api/v1/content/blobs/{file.Digest}", ct))
            await using (var local = File.Create(unfinished))
                await content.CopyToAsync(local, ct);
            File.Move(unfinished, target, overwrite: true);
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private sealed record Missing(IReadOnlyList<string> Digests);

    private sealed record Listing(IReadOnlyList<ContentFile> Files);
}
