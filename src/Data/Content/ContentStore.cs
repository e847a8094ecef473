using System.Collections.Concurrent;
using System.Security.Cryptography;
using Slipway.Kernel;
using Slipway.ObjectStores;

namespace Slipway.Data;

/// <summary>Blobs and the trees made of them. What it returns a digest for is durable.</summary>
/// <param name="copies">Copies of blobs that the store does not keep as local files.</param>
public sealed class ContentStore(IBlobStore blobs, BlobCache copies)
{
    // Two files are read while two are flushed; more only makes disks seek.
    private const int Parallelism = 4;
    private const int SmallFile = 1 << 20;

    // Of reading a file that changes
    private const int Attempts = 3;

    public async Task<Blob> PutAsync(Stream content, CancellationToken ct) => await blobs.PutAsync(content, null, ct);

    public async Task<Blob> PutBytesAsync(ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        // Hashing is cheap beside a write that is not needed: most small contents are there already.
        var digest = Digest.Of(content.Span);
        if (await blobs.ExistsAsync(digest, ct))
            return new Blob(digest, content.Length);

        using var stream = content.AsStream();
        return await blobs.PutAsync(stream, digest, ct);
    }

    /// <summary>Stores a file; Conflict when it is being changed each time that it is read.</summary>
    public async Task<Blob> PutFileAsync(string path, CancellationToken ct)
    {
        for (var tried = 1; ; tried++)
        {
            var before = FileStamp.Of(path);
            var blob = await PutFileOnceAsync(path, ct);
            if (FileStamp.Of(path) == before)
                return blob;
            if (tried == Attempts)
                throw SlipwayException.Conflict($"'{path}' changes while it is read: wait until its writer has ended, then try again.");
        }
    }

    /// <summary>The content from its beginning; NotFound when it is absent.</summary>
    public Task<Stream> OpenAsync(Digest blob, CancellationToken ct) => blobs.OpenReadAsync(blob, 0, null, ct);

    public async Task<byte[]> ReadAllAsync(Digest blob, CancellationToken ct)
    {
        await using var stream = await OpenAsync(blob, ct);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, ct);
        return content.ToArray();
    }

    public Task<bool> ExistsAsync(Digest blob, CancellationToken ct) => blobs.ExistsAsync(blob, ct);

    /// <summary>Reads the blob and computes its digest again: Corrupt when it differs.</summary>
    public async Task VerifyAsync(Digest blob, CancellationToken ct)
    {
        await using var stream = await OpenAsync(blob, ct);
        var actual = Digest.OfHash(await SHA256.HashDataAsync(stream, ct));
        if (actual != blob)
        {
            throw new SlipwayException(
                ErrorCode.Corrupt, $"The stored content {blob} has become {actual}; restore it from a backup or make it again.");
        }
    }

    /// <summary>Stores a tree of blobs that are there already.</summary>
    public async Task<Tree> PutTreeAsync(IEnumerable<TreeEntry> entries, CancellationToken ct)
    {
        var (tree, manifest) = Tree.Make(entries);
        foreach (var entry in tree.Entries)
        {
            var size = await blobs.SizeAsync(entry.Digest, ct)
                ?? throw SlipwayException.NotFound("Blob", entry.Digest.ToString());
            if (size != entry.Size)
                throw SlipwayException.Invalid($"'{entry.Path}' is said to have {entry.Size} bytes but {entry.Digest} has {size}.");
        }

        await PutBytesAsync(manifest, ct);
        return tree;
    }

    /// <summary>NotFound when there is no such content, Corrupt when it is not the manifest of a tree.</summary>
    public async Task<Tree> GetTreeAsync(Digest tree, CancellationToken ct) =>
        Tree.Read(tree, await ReadAllAsync(tree, ct));

    /// <summary>
    /// As <see cref="GetTreeAsync"/>, for a digest that no record of the caller's stands for: the tree and its contents stay
    /// until there is one.
    /// </summary>
    public async Task<Tree> KeepTreeAsync(Digest tree, CancellationToken ct)
    {
        if (!await blobs.ExistsAsync(tree, ct))
            throw SlipwayException.NotFound("Blob", tree.ToString());
        var found = await GetTreeAsync(tree, ct);
        await Parallel.ForEachAsync(found.Entries, Options(ct), async (entry, token) =>
        {
            if (!await blobs.ExistsAsync(entry.Digest, token))
                throw SlipwayException.NotFound($"The content of '{entry.Path}' in {tree}", entry.Digest.ToString());
        });
        return found;
    }

    /// <summary>Stores the files below a folder as a tree; links may lead about within the folder but not out of it.</summary>
    /// <param name="include">Whether to take the file of this path (relative, with '/'); null: all.</param>
    public async Task<Tree> PutFolderAsync(string folder, Func<string, bool>? include, CancellationToken ct)
    {
        var entries = new ConcurrentBag<TreeEntry>();
        var files = FolderFiles.Find(folder, include);
        await Parallel.ForEachAsync(files, Options(ct), async (file, token) =>
        {
            var blob = await PutFileAsync(file.FullPath, token);
            entries.Add(new TreeEntry(file.TreePath, blob.Digest, blob.Size));
        });

        var (tree, manifest) = Tree.Make(entries);
        await PutBytesAsync(manifest, ct);
        return tree;
    }

    /// <summary>
    /// Writes the tree's files into the folder, read-only, replacing those of the same name. What else is there stays.
    /// </summary>
    public async Task MaterializeAsync(Digest tree, string folder, CancellationToken ct)
    {
        var files = await GetTreeAsync(tree, ct);
        var target = new TreeFolder(folder);
        await Parallel.ForEachAsync(files.Entries, Options(ct), async (entry, token) =>
            target.Place(await LocalFileAsync(entry.Digest, token), entry.Path));
    }

    /// <summary>The path of a file with this content, for engines that want one. Read it, never write to it.</summary>
    public async Task<string> LocalFileAsync(Digest blob, CancellationToken ct)
    {
        if (blobs.LocalPath(blob) is { } path)
            return File.Exists(path) ? path : throw SlipwayException.NotFound("Blob", blob.ToString());

        if (copies.Find(blob) is { } copy)
            return copy;

        await using var stream = await OpenAsync(blob, ct);
        await copies.PutAsync(stream, blob, ct);
        return copies.LocalPath(blob);
    }

    private async Task<Blob> PutFileOnceAsync(string path, CancellationToken ct)
    {
        await using var file = OpenFile(path);
        if (file.Length > SmallFile)
            return await blobs.PutAsync(file, null, ct);

        // A file may grow while it is read: its length is a hint, its end is the end.
        using var content = new MemoryStream((int)file.Length);
        await file.CopyToAsync(content, ct);
        return await PutBytesAsync(content.GetBuffer().AsMemory(0, (int)content.Length), ct);
    }

    private static ParallelOptions Options(CancellationToken ct) =>
        new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = ct };

    private static FileStream OpenFile(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw SlipwayException.NotFound("File", path);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new SlipwayException(ErrorCode.PermissionDenied, $"The file '{path}' may not be read.", exception);
        }
    }
}
