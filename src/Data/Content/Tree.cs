using System.Text.Json;
using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>One file of a tree. The path is relative, with '/', and cannot lead out.</summary>
public sealed record TreeEntry(string Path, Digest Digest, long Size);

/// <summary>
/// An immutable folder: its digest is that of its manifest, which docs/architecture/content-store.md describes.
/// </summary>
public sealed class Tree
{
    private readonly TreeEntry[] _entries;

    private Tree(Digest digest, TreeEntry[] sorted)
    {
        Digest = digest;
        TotalSize = sorted.Sum(entry => entry.Size);
        _entries = sorted;
    }

    public Digest Digest { get; }

    /// <summary>In the order of their paths.</summary>
    public IReadOnlyList<TreeEntry> Entries => _entries;

    public long TotalSize { get; }

    public TreeEntry? Find(string path)
    {
        var (from, to) = (0, _entries.Length - 1);
        while (from <= to)
        {
            var middle = (from + to) / 2;
            switch (TreeManifest.Compare(_entries[middle].Path, path))
            {
                case 0:
                    return _entries[middle];
                case < 0:
                    from = middle + 1;
                    break;
                default:
                    to = middle - 1;
                    break;
            }
        }

        return null;
    }

    /// <summary>Checks and sorts the entries; the manifest is what is to be stored.</summary>
    internal static (Tree Tree, byte[] Manifest) Make(IEnumerable<TreeEntry> entries)
    {
        var sorted = entries.ToArray();
        foreach (var entry in sorted)
        {
            TreePath.Check(entry.Path);
            if (entry.Size < 0)
                throw SlipwayException.Invalid($"The size of '{entry.Path}' is negative.");
        }

        Array.Sort(sorted, (a, b) => TreeManifest.Compare(a.Path, b.Path));
        TreePath.CheckFolders([.. sorted.Select(entry => entry.Path)]);
        var manifest = TreeManifest.Write([.. sorted.Select(entry => (entry.Path, entry.Digest.ToString(), entry.Size))]);
        return (new Tree(Digest.Of(manifest), sorted), manifest);
    }

    /// <summary>Reads a manifest; Corrupt when it is not exactly what <see cref="Make"/> would write.</summary>
    internal static Tree Read(Digest digest, ReadOnlyMemory<byte> manifest)
    {
        try
        {
            using var document = JsonDocument.Parse(manifest);
            if (document.RootElement.GetProperty("format").GetString() == TreeManifest.Format)
            {
                var (tree, canonical) = Make(document.RootElement.GetProperty("entries").EnumerateArray().Select(Entry));
                if (tree.Digest == digest && manifest.Span.SequenceEqual(canonical))
                    return tree;
            }
        }
        catch (Exception exception) when (IsMalformed(exception))
        {
            throw NotATree(digest, exception);
        }

        throw NotATree(digest, null);
    }

    internal static TreeEntry Entry(JsonElement entry) => new(
        entry.GetProperty("path").GetString()!,
        Digest.Parse(entry.GetProperty("digest").GetString()!),
        entry.GetProperty("size").GetInt64());

    internal static bool IsMalformed(Exception exception) =>
        exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or SlipwayException;

    internal static SlipwayException NotATree(Digest digest, Exception? inner) => new(
        ErrorCode.Corrupt, $"{digest} is not the manifest of a tree{(inner is null ? "." : $": {inner.Message}")}", inner);
}
