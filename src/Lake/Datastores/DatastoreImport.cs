using System.Collections.Concurrent;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.ObjectStores;
using Known = System.Collections.Generic.IReadOnlyDictionary<string, (string ETag, Slipway.Data.Digest Digest)>;
using Seen = (string Name, string ETag, Slipway.Data.Digest Digest);

namespace Slipway.Lake.Datastores;

/// <summary>Reads objects into the content store.</summary>
internal sealed class DatastoreImport(DatastoreStore seen, ContentStore content)
{
    private const int Parallelism = 4;
    private const int PageSize = 1000;
    private const int Attempts = 3;

    private static readonly Known s_unknown = new Dictionary<string, (string ETag, Digest Digest)>();

    /// <summary>What has the same etag as last time is not read again.</summary>
    public Task<ImportedData> RunAsync(WorkspaceName workspace, IObjectStore objects, DataUri from, CancellationToken ct) => RunAsync(
        objects,
        from.Path,
        from.Text,
        prefix => seen.SeenAsync(workspace, from.Datastore!, prefix, ct),
        read => seen.RememberAsync(workspace, from.Datastore!, read, ct),
        ct);

    /// <summary>From a store that is not a datastore, of which nothing is remembered.</summary>
    public Task<ImportedData> RunAsync(IObjectStore objects, string path, CancellationToken ct) =>
        RunAsync(objects, path, path, _ => Task.FromResult(s_unknown), _ => Task.CompletedTask, ct);

    private async Task<ImportedData> RunAsync(
        IObjectStore objects, string path, string text, Func<string, Task<Known>> recall, Func<List<Seen>, Task> remember, CancellationToken ct)
    {
        if (path.IndexOfAny(['*', '?']) < 0 && path.Length > 0 && await objects.FindAsync(path, ct) is { } one)
        {
            var blob = await ReadAsync(objects, one, await recall(one.Name), ct);
            await remember([(one.Name, blob.ETag, blob.Digest)]);
            return await FileAsync(one.Name, blob.Digest, blob.Size, ct);
        }

        var pattern = ObjectPattern.OfFolder(path);
        var folder = pattern.Folder;
        var found = await ListAsync(objects, pattern, ct);
        if (found.Count == 0)
            throw new SlipwayException(ErrorCode.NotFound, $"There is no file at '{text}' in {objects.Description}.");

        var before = await recall(folder);
        var read = new ConcurrentBag<(string Name, string ETag, Digest Digest, long Size)>();
        await Parallel.ForEachAsync(
            found,
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = ct },
            async (next, token) =>
            {
                var blob = await ReadAsync(objects, next, before, token);
                read.Add((next.Name, blob.ETag, blob.Digest, blob.Size));
            });
        var changed = read.Where(blob => !before.TryGetValue(blob.Name, out var old) || old.ETag != blob.ETag);
        await remember([.. changed.Select(blob => (blob.Name, blob.ETag, blob.Digest))]);
        var tree = await content.PutTreeAsync(
            read.Select(blob => new TreeEntry(blob.Name[folder.Length..], blob.Digest, blob.Size)), ct);
        return new ImportedData(tree, IsFile: false);
    }

    /// <summary>One file of a store that is not a datastore.</summary>
    public async Task<ImportedData> FileAsync(IObjectStore objects, string name, CancellationToken ct)
    {
        var found = await objects.FindAsync(name, ct) ?? throw SlipwayException.NotFound($"At {objects.Description}, file", name);
        var blob = await ReadAsync(objects, found, s_unknown, ct);
        return await FileAsync(name, blob.Digest, blob.Size, ct);
    }

    private async Task<ImportedData> FileAsync(string name, Digest digest, long size, CancellationToken ct) =>
        new(await content.PutTreeAsync([new TreeEntry(name[(name.LastIndexOf('/') + 1)..], digest, size)], ct), IsFile: true);

    // With its etag an object is read whole or not at all; one that is written meanwhile is read anew.
    private async Task<(string ETag, Digest Digest, long Size)> ReadAsync(
        IObjectStore objects, StoredObject wanted, Known known, CancellationToken ct)
    {
        if (known.TryGetValue(wanted.Name, out var old) && old.ETag == wanted.ETag && await content.ExistsAsync(old.Digest, ct))
            return (old.ETag, old.Digest, wanted.Size);

        for (var tried = 1; ; tried++)
        {
            try
            {
                await using var stream = await objects.OpenReadAsync(wanted.Name, 0, null, wanted.ETag, ct);
                var blob = await content.PutAsync(stream, ct);
                if (wanted.Size < 0 || (await objects.FindAsync(wanted.Name, ct))?.ETag == wanted.ETag)
                    return (wanted.ETag, blob.Digest, blob.Size);
                throw SlipwayException.Conflict($"'{wanted.Name}' in {objects.Description} changes while it is read: wait until its writer has ended.");
            }
            catch (SlipwayException exception) when (exception.Code == ErrorCode.Conflict && tried < Attempts)
            {
                wanted = await objects.FindAsync(wanted.Name, ct)
                    ?? throw SlipwayException.NotFound($"In {objects.Description}, object", wanted.Name);
            }
        }
    }

    /// <summary>All that match, page by page.</summary>
    public static async Task<IReadOnlyList<StoredObject>> ListAsync(
        IObjectStore objects, ObjectPattern pattern, CancellationToken ct)
    {
        var found = new List<StoredObject>();
        string? token = null;
        do
        {
            var page = await objects.ListAsync(pattern.Folder, PageSize, token, ct);
            found.AddRange(page.Items.Where(item => pattern.Matches(item.Name)));
            token = page.NextToken;
        }
        while (token is not null);
        return found;
    }
}
