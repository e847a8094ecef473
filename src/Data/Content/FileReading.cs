using Slipway.Kernel;
using Slipway.ObjectStores;

namespace Slipway.Data;

/// <summary>Stores files of this machine; what is stored of one is what it was at one moment.</summary>
internal sealed class FileReading(IBlobStore blobs)
{
    private const int SmallFile = 1 << 20;

    // Of small files that are read at once
    private const int BatchFiles = 10_000, BatchBytes = 16 << 20;

    // Of reading a file that changes
    private const int Attempts = 3;

    /// <summary>Conflict when it is being changed each time that it is read.</summary>
    public Task<Blob> PutAsync(string path, CancellationToken ct) => UnchangedAsync(path, () => PutOnceAsync(path, ct));

    /// <summary>Stores them as one of the <see cref="Batches"/>; in the same order.</summary>
    public async Task<IReadOnlyList<Blob>> PutManyAsync(IReadOnlyList<FolderFiles.Found> files, CancellationToken ct)
    {
        if (files is [var one])
            return [await PutAsync(one.FullPath, ct)];

        var contents = new List<ReadOnlyMemory<byte>>(files.Count);
        foreach (var file in files)
        {
            ct.ThrowIfCancellationRequested();
            contents.Add(await UnchangedAsync(file.FullPath, () => Task.FromResult(ReadAll(file.FullPath))));
        }

        return await blobs.PutManyAsync(contents, ct);
    }

    /// <summary>Large files alone, small ones together.</summary>
    public static IEnumerable<IReadOnlyList<FolderFiles.Found>> Batches(IReadOnlyList<FolderFiles.Found> files)
    {
        var batch = new List<FolderFiles.Found>();
        var bytes = 0L;
        foreach (var file in files)
        {
            var size = new FileInfo(file.FullPath) is { Exists: true, Length: var length } ? length : 0;
            if (size > Pack.MaxContent)
            {
                yield return [file];
                continue;
            }

            batch.Add(file);
            bytes += size;
            if (batch.Count < BatchFiles && bytes < BatchBytes)
                continue;
            yield return batch;
            (batch, bytes) = ([], 0);
        }

        if (batch.Count > 0)
            yield return batch;
    }

    /// <summary>Does it again when the file was changed meanwhile.</summary>
    private static async Task<T> UnchangedAsync<T>(string path, Func<Task<T>> read)
    {
        for (var tried = 1; ; tried++)
        {
            var before = FileStamp.Of(path);
            if (before.IsSpecial)
                throw SlipwayException.Invalid($"'{path}' is no file but a device, pipe or socket: leave it out.");
            var found = await read();
            if (FileStamp.Of(path) == before)
                return found;
            if (tried == Attempts)
                throw SlipwayException.Conflict($"'{path}' changes while it is read: wait until its writer has ended, then try again.");
        }
    }

    private static ReadOnlyMemory<byte> ReadAll(string path)
    {
        using var file = OpenFile(path);
        return ReadAll(file);
    }

    // One that grows or shrinks meanwhile is read again.
    private static ReadOnlyMemory<byte> ReadAll(FileStream file)
    {
        var content = new byte[Math.Min(file.Length, SmallFile)];
        return content.AsMemory(0, file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false));
    }

    private async Task<Blob> PutOnceAsync(string path, CancellationToken ct)
    {
        await using var file = OpenFile(path);
        if (file.Length > SmallFile)
            return await blobs.PutAsync(file, null, ct);

        return await blobs.PutBytesAsync(ReadAll(file), ct);
    }

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
