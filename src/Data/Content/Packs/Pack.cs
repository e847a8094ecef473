using System.Buffers;

namespace Slipway.Data;

/// <summary>
/// Small contents in one: a tar archive of files that are named by their digests' hexadecimal digits, which any tar reads.
/// </summary>
internal sealed class Pack : IDisposable
{
    /// <summary>The largest content that is packed, in bytes: a larger one costs little by itself.</summary>
    public const int MaxContent = 64 * 1024;

    /// <summary>A pack that has grown to this is closed.</summary>
    public const int FullSize = 32 * 1024 * 1024;

    private readonly List<PackedContent> _contents = [];
    private byte[] _archive;
    private int _length;

    /// <param name="expected">About how many bytes it will have.</param>
    public Pack(long expected) =>
        _archive = ArrayPool<byte>.Shared.Rent((int)Math.Min(expected, FullSize + MaxContent) + TarHeader.Block + TarHeader.End);

    public IReadOnlyList<PackedContent> Contents => _contents;

    public bool IsFull => _length >= FullSize;

    public void Add(Digest digest, ReadOnlySpan<byte> content)
    {
        var place = Take((int)TarHeader.SizeOf(content.Length));
        _contents.Add(new PackedContent(digest, _length - place.Length + TarHeader.Block, content.Length));
        TarHeader.Write(place, digest.Hex, content.Length);
        content.CopyTo(place[TarHeader.Block..]);
        place[(TarHeader.Block + content.Length)..].Clear();
    }

    /// <summary>The whole archive; nothing can be added any more.</summary>
    public Stream Close()
    {
        Take(TarHeader.End).Clear();
        return new MemoryStream(_archive, 0, _length, writable: false);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_archive);
        _archive = [];
    }

    private Span<byte> Take(int count)
    {
        if (_length + count > _archive.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(2 * (_length + count));
            _archive.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_archive);
            _archive = larger;
        }

        _length += count;
        return _archive.AsSpan(_length - count, count);
    }
}

/// <summary>Where a content stands in a pack.</summary>
internal sealed record PackedContent(Digest Digest, long Start, long Size);
