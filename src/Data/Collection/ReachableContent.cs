using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>Why a content is kept.</summary>
/// <param name="Path">Where it lies in the tree that the record refers to; null: the record refers to it.</param>
public sealed record Keeper(WorkspaceName Workspace, string Node, string Reason, string? Path);

/// <summary>Follows the records of all modules to the contents that they keep.</summary>
public sealed class ReachableContent(IEnumerable<IContentRoots> modules, IBlobStore blobs)
{
    // What every manifest begins with; see Tree.
    private static readonly byte[] s_manifest = "{\"entries\":["u8.ToArray();

    /// <summary>Every content that is kept. Corrupt or NotFound when a tree that is referred to cannot be read.</summary>
    internal async Task<DigestSet> MarkAsync(Action<ContentRoot> seen, CancellationToken ct)
    {
        var reachable = new DigestSet();
        var trees = new DigestSet();
        await foreach (var root in RootsAsync(ct))
        {
            seen(root);
            reachable.Add(root.Digest);
            if (root.Kind == RootKind.Blob || !trees.Add(root.Digest) || await ReadAsync(root, ct) is not { } tree)
                continue;
            foreach (var entry in tree.Entries)
                reachable.Add(entry.Digest);
        }

        return reachable;
    }

    /// <summary>The records that keep a content, at most so many of them.</summary>
    public async Task<IReadOnlyList<Keeper>> FindKeepersAsync(Digest content, int limit, CancellationToken ct)
    {
        var found = new List<Keeper>();
        var paths = new Dictionary<Digest, string?>();
        await foreach (var root in RootsAsync(ct))
        {
            string? path = null;
            if (root.Digest != content)
            {
                if (root.Kind == RootKind.Blob)
                    continue;
                if (!paths.TryGetValue(root.Digest, out path))
                    paths[root.Digest] = path = (await ReadAsync(root, ct))?.Entries.FirstOrDefault(entry => entry.Digest == content)?.Path;
                if (path is null)
                    continue;
            }

            found.Add(new Keeper(root.Workspace, root.Node, root.Reason, path));
            if (found.Count == limit)
                break;
        }

        return found;
    }

    private async IAsyncEnumerable<ContentRoot> RootsAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var module in modules)
        {
            await foreach (var root in module.ListAsync(ct))
                yield return root;
        }
    }

    /// <summary>The tree that a root is, or null when it is none.</summary>
    private async Task<Tree?> ReadAsync(ContentRoot root, CancellationToken ct)
    {
        if (root.Kind == RootKind.Unknown && !await LooksLikeATreeAsync(root.Digest, ct))
            return null;
        try
        {
            return Tree.Read(root.Digest, await ReadAllAsync(root.Digest, ct));
        }
        catch (SlipwayException exception) when (root.Kind == RootKind.Unknown && exception.Code == ErrorCode.Corrupt)
        {
            // A content that begins like a tree and is none.
            return null;
        }
        catch (SlipwayException exception) when (exception.Code is ErrorCode.Corrupt or ErrorCode.NotFound)
        {
            // Its files cannot be known, so nothing may be deleted.
            throw new SlipwayException(
                exception.Code,
                $"{root.Node} refers to a tree that cannot be read, so it is not known what it keeps: {exception.Message} "
                + "Restore it from a backup, or delete what refers to it.",
                exception);
        }
    }

    private async Task<bool> LooksLikeATreeAsync(Digest digest, CancellationToken ct)
    {
        try
        {
            await using var stream = await blobs.OpenReadAsync(digest, 0, s_manifest.Length, ct);
            var head = new byte[s_manifest.Length];
            return await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, ct) == head.Length
                && head.AsSpan().SequenceEqual(s_manifest);
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.NotFound)
        {
            // Old records may name what retention has let go.
            return false;
        }
    }

    private async Task<byte[]> ReadAllAsync(Digest digest, CancellationToken ct)
    {
        await using var stream = await blobs.OpenReadAsync(digest, 0, null, ct);
        using var content = new MemoryStream();
        await stream.CopyToAsync(content, ct);
        return content.ToArray();
    }
}
