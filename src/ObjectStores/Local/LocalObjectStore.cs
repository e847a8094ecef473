using Slipway.Kernel;

namespace Slipway.ObjectStores;

/// <summary>The files below a folder. Links lead about within it but never out of it.</summary>
internal sealed class LocalObjectStore : IObjectStore
{
    // Not listed; a file is written there before it gets its name.
    private const string Unfinished = ".slipway-unfinished";

    private readonly string _root;
    private readonly Lock _naming = new();

    public LocalObjectStore(string folder)
    {
        if (!Directory.Exists(folder))
            throw SlipwayException.NotFound("Folder", folder);
        _root = Files.RealPath(folder);
    }

    public string Description => $"the folder '{_root}'";

    public Task<Page<StoredObject>> ListAsync(string prefix, int limit, string? token, CancellationToken ct) => Task.Run(
        () =>
        {
            var found = FolderFiles.After(_root, ObjectName.CheckPrefix(prefix), token ?? "")
                .Where(file => !file.TreePath.StartsWith(Unfinished + "/", StringComparison.Ordinal))
                .TakeWhile(_ => !ct.IsCancellationRequested)
                .Take(limit + 1)
                .Select(file => Describe(file.TreePath, file.FullPath))
                .ToList();
            ct.ThrowIfCancellationRequested();
            return found.Count <= limit
                ? new Page<StoredObject>(found, null)
                : new Page<StoredObject>(found[..limit], found[limit - 1].Name);
        },
        ct);

    public Task<StoredObject?> FindAsync(string name, CancellationToken ct)
    {
        var path = Resolve(name);
        return Task.FromResult(File.Exists(path) ? Describe(name, path) : null);
    }

    public Task<Stream> OpenReadAsync(string name, long offset, long? length, string? etag, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var path = Resolve(name);
        var file = Open(name, path);
        if (etag is not null && Describe(name, path).ETag != etag)
        {
            file.Dispose();
            throw Changed(name);
        }

        if (offset > file.Length)
        {
            file.Dispose();
            throw SlipwayException.Invalid($"'{name}' in {Description} ends before the bytes asked for.");
        }

        file.Position = offset;
        return Task.FromResult<Stream>(length is { } count ? new BoundedStream(file, count) : file);
    }

    public async Task<StoredObject> WriteAsync(string name, Stream content, WriteCondition condition, CancellationToken ct)
    {
        var target = Resolve(name);
        var folder = Path.Combine(_root, Unfinished);
        var path = Path.Combine(folder, Path.GetRandomFileName());
        try
        {
            Directory.CreateDirectory(folder);
            await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous))
            {
                await content.CopyToAsync(file, 256 * 1024, ct);
                file.Flush(flushToDisk: true);
            }

            lock (_naming)
            {
                Publish(name, path, target, condition);
                return Describe(name, target);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SlipwayException(
                ErrorCode.StorageFull, $"'{name}' could not be written to {Description}: {exception.Message} Free space or correct its rights.", exception);
        }
        finally
        {
            File.Delete(path);
        }
    }

    public Task<bool> DeleteAsync(string name, CancellationToken ct)
    {
        var path = Resolve(name);
        if (!File.Exists(path))
            return Task.FromResult(false);

        File.Delete(path);
        return Task.FromResult(true);
    }

    private void Publish(string name, string path, string target, WriteCondition condition)
    {
        if (condition.ETag is { } etag && (!File.Exists(target) || Describe(name, target).ETag != etag))
            throw Changed(name);

        var parent = Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(parent);
        if (condition.MustBeAbsent && File.Exists(target))
            throw Changed(name);
        // The loss of its first name is a change of the file: it comes before anybody looks at the etag.
        if (condition.MustBeAbsent && Files.TryLink(path, target))
            File.Delete(path);
        else
            Move(name, path, target, condition);
        Files.Sync(parent);
    }

    private void Move(string name, string path, string target, WriteCondition condition)
    {
        try
        {
            File.Move(path, target, overwrite: !condition.MustBeAbsent);
        }
        catch (IOException) when (condition.MustBeAbsent && File.Exists(target))
        {
            throw Changed(name);
        }
    }

    private string Resolve(string name)
    {
        var path = Path.Combine(_root, ObjectName.Check(name).Replace('/', Path.DirectorySeparatorChar));
        var real = Files.RealPath(path);
        return FolderFiles.IsBelow(_root, real)
            ? real
            : throw SlipwayException.Invalid($"'{name}' leaves {Description} by a link: name a file inside of it.");
    }

    private FileStream Open(string name, string path)
    {
        if (FileStamp.Of(path).IsSpecial)
            throw SlipwayException.Invalid($"'{name}' in {Description} is no file but a device, pipe or socket.");
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 64 * 1024, FileOptions.Asynchronous);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException || Directory.Exists(path))
        {
            throw SlipwayException.NotFound($"In {Description}, object", name);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new SlipwayException(ErrorCode.PermissionDenied, $"'{name}' in {Description} may not be read: correct its rights.", exception);
        }
    }

    private SlipwayException Changed(string name) =>
        SlipwayException.Conflict($"'{name}' in {Description} has been changed or written by somebody else: read it again.");

    private static StoredObject Describe(string name, string path)
    {
        var stamp = FileStamp.Of(path);
        return new StoredObject(name, stamp.Size, $"\"{stamp}\"", DateTimeOffset.FromUnixTimeMilliseconds(stamp.Changed / 1_000_000));
    }
}
