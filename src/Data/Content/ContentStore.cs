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

    private readonly FileReading _files = new(blobs);

    public async Task<Blob> PutAsync(Stream content, CancellationToken ct) => await blobs.PutAsync(content, null, ct);

    public Task<Blob> PutBytesAsync(ReadOnlyMemory<byte> content, CancellationToken ct) => blobs.PutBytesAsync(content, ct);

    /// <summary>Stores small contents that come together; their digests and sizes in the given order.</summary>
    public Task<IReadOnlyList<Blob>> PutManyAsync(IReadOnlyList<ReadOnlyMemory<byte>> contents, CancellationToken ct) =>
        blobs.PutManyAsync(contents, ct);

    /// <summary>Stores a file; Conflict when it is being changed each time that it is read.</summary>
    public Task<Blob> PutFileAsync(string path, CancellationToken ct) => _files.PutAsync(path, ct);

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

    /// <summary>The sizes in bytes of those that are there.</summary>
    public Task<IReadOnlyDictionary<Digest, long>> SizesAsync(IReadOnlyCollection<Digest> digests, CancellationToken ct) =>
        blobs.SizesAsync(digests, ct);

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
        // Of a large tree both take long.
        var given = entries.ToList();
        var looking = Task.Run(() => blobs.SizesAsync(Contents(given), ct), ct);
        var (tree, manifest) = Tree.Make(given);
        var sizes = await looking;
        foreach (var entry in tree.Entries)
        {
            if (!sizes.TryGetValue(entry.Digest, out var size))
                throw SlipwayException.NotFound("Blob", entry.Digest.ToString());
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
    /// One file of a tree, or null when it has none of this path. The manifest is not checked against its digest, as contents are not when
    /// they are read.
    /// </summary>
    public async Task<TreeEntry?> FindFileAsync(Digest tree, string path, CancellationToken ct)
    {
        try
        {
            using var manifest = File.OpenHandle(await LocalFileAsync(tree, ct));
            return new ManifestSearch(tree, manifest).Find(path);
        }
        catch (FileNotFoundException)
        {
            // It was collected just now.
            throw SlipwayException.NotFound("Blob", tree.ToString());
        }
    }

    /// <summary>
    /// As <see cref="GetTreeAsync"/>, for a digest that no record of the caller's stands for: the tree and its contents stay
    /// until there is one.
    /// </summary>
    public async Task<Tree> KeepTreeAsync(Digest tree, CancellationToken ct)
    {
        if (!await blobs.ExistsAsync(tree, ct))
            throw SlipwayException.NotFound("Blob", tree.ToString());
        var found = await GetTreeAsync(tree, ct);
        var sizes = await blobs.SizesAsync(Contents(found.Entries), ct);
        return found.Entries.FirstOrDefault(entry => !sizes.ContainsKey(entry.Digest)) is { } lost
            ? throw SlipwayException.NotFound($"The content of '{lost.Path}' in {tree}", lost.Digest.ToString())
            : found;
    }

    /// <summary>Stores the files below a folder as a tree; links may lead about within the folder but not out of it.</summary>
    /// <param name="include">Whether to take the file of this path (relative, with '/'); null: all.</param>
    public async Task<Tree> PutFolderAsync(string folder, Func<string, bool>? include, CancellationToken ct)
    {
        var entries = new ConcurrentBag<TreeEntry>();
        await Parallel.ForEachAsync(FileReading.Batches(FolderFiles.Find(folder, include)), Options(ct), async (batch, token) =>
        {
            foreach (var (file, blob) in batch.Zip(await _files.PutManyAsync(batch, token)))
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
        {
            if (blobs.LocalPath(entry.Digest) is { } path && !File.Exists(path))
                target.Write(await ReadAllAsync(entry.Digest, token), entry.Path);
            else
                target.Place(await LocalFileAsync(entry.Digest, token), entry.Path);
        });
    }

    /// <summary>The path of a file with this content, for engines that want one. Read it, never write to it.</summary>
    public async Task<string> LocalFileAsync(Digest blob, CancellationToken ct)
    {
        if (FindLocalFile(blob) is { } path)
            return path;

        await using var stream = await OpenAsync(blob, ct);
        await copies.PutAsync(stream, blob, ct);
        return copies.LocalPath(blob);
    }

    /// <summary>As <see cref="LocalFileAsync"/>, or null when there is none and one would have to be fetched or unpacked.</summary>
    public string? FindLocalFile(Digest blob) =>
        blobs.LocalPath(blob) is { } path && File.Exists(path) ? path : copies.Find(blob);

    /// <summary>A content of which only a part is wanted: what is read is fetched from where the stream stands.</summary>
    public Stream OpenAnywhere(Digest blob, long size) => new BlobStream(blobs, blob, size);

    private static Digest[] Contents(IEnumerable<TreeEntry> entries) => [.. entries.Select(entry => entry.Digest).Distinct()];

    private static ParallelOptions Options(CancellationToken ct) =>
        new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = ct };
}
