using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Slipway.Data;

/// <summary>
/// Finds one entry in the file of a manifest. Its entries are sorted, so that halving finds it: a large tree is neither read nor parsed
/// whole for one of its files.
/// </summary>
internal sealed class ManifestSearch(Digest tree, SafeFileHandle file)
{
    // From anywhere in the file, nearly always the next entry whole.
    private const int Usual = 1024;

    // Always: a path has at most 4,096 bytes, of which each may be escaped by six, and the entry before it is as long at most.
    private const int Longest = 64 * 1024;

    private static ReadOnlySpan<byte> Begin => "{\"entries\":["u8;

    private static ReadOnlySpan<byte> End => "],\"format\":\"slipway.tree/1\"}"u8;

    // No path contains it: its quotation marks would be escaped.
    private static ReadOnlySpan<byte> EntryBegin => "{\"digest\":\""u8;

    public TreeEntry? Find(string path)
    {
        var (from, to) = Entries();
        while (from < to)
        {
            var middle = from + ((to - from) / 2);
            var next = NextFrom(middle, to);
            var order = next is null ? 1 : TreeManifest.Compare(next.Value.Entry.Path, path);
            if (order == 0)
                return next!.Value.Entry;
            if (order < 0)
                from = next!.Value.End;
            else
                to = middle;
        }

        return null;
    }

    /// <summary>Where entries may begin.</summary>
    private (long From, long To) Entries()
    {
        var to = RandomAccess.GetLength(file) - End.Length;
        return to >= Begin.Length && Read(0, Begin.Length).SequenceEqual(Begin) && Read(to, End.Length).SequenceEqual(End)
            ? (Begin.Length, to)
            : throw Tree.NotATree(tree, null);
    }

    /// <summary>The first entry that begins at a place or behind it, and where it ends; null: none begins before <paramref name="to"/>.</summary>
    private (TreeEntry Entry, long End)? NextFrom(long at, long to)
    {
        foreach (var size in (ReadOnlySpan<int>)[Usual, Longest])
        {
            var block = Read(at, size);
            var start = block.IndexOf(EntryBegin);
            if (start >= 0 && at + start >= to)
                return null;
            if (start >= 0 && Parse(block[start..], out var length) is { } entry)
                return (entry, at + start + length);
        }

        return null;
    }

    private ReadOnlySpan<byte> Read(long at, int size)
    {
        var block = new byte[size];
        var read = 0;
        while (read < size && RandomAccess.Read(file, block.AsSpan(read), at + read) is > 0 and var more)
            read += more;
        return block.AsSpan(0, read);
    }

    /// <summary>Null: it goes on behind the block.</summary>
    private TreeEntry? Parse(ReadOnlySpan<byte> block, out long length)
    {
        try
        {
            var reader = new Utf8JsonReader(block, isFinalBlock: false, default);
            var isWhole = JsonDocument.TryParseValue(ref reader, out var document);
            length = reader.BytesConsumed;
            using (document)
                return isWhole ? Tree.Entry(document!.RootElement) : null;
        }
        catch (Exception exception) when (Tree.IsMalformed(exception))
        {
            throw Tree.NotATree(tree, exception);
        }
    }
}
