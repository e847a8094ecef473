using System.Formats.Tar;

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

    private const int Block = 512;

    private readonly MemoryStream _archive;
    private readonly TarWriter _tar;
    private readonly List<PackedContent> _contents = [];

    /// <param name="expected">About how many bytes it will have.</param>
    public Pack(long expected)
    {
        _archive = new MemoryStream((int)Math.Min(expected, FullSize + MaxContent + Block));
        _tar = new TarWriter(_archive, TarEntryFormat.Ustar, leaveOpen: true);
    }

    /// <summary>What a content takes in a pack: a block of header, and itself in whole blocks.</summary>
    public static long SizeOf(long content) => (((content + Block - 1) / Block) + 1) * Block;

    public IReadOnlyList<PackedContent> Contents => _contents;

    public bool IsFull => _archive.Length >= FullSize;

    public void Add(Digest digest, ReadOnlyMemory<byte> content)
    {
        // Names this short and sizes this small take one block of header.
        _contents.Add(new PackedContent(digest, _archive.Position + Block, content.Length));
        using var data = content.AsStream();
        _tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, digest.Hex)
        {
            DataStream = data,
            ModificationTime = DateTimeOffset.UnixEpoch,
            Mode = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
        });
    }

    /// <summary>The whole archive; nothing can be added any more.</summary>
    public Stream Close()
    {
        _tar.Dispose();
        _archive.Position = 0;
        return _archive;
    }

    public void Dispose()
    {
        _tar.Dispose();
        _archive.Dispose();
    }
}

/// <summary>Where a content stands in a pack.</summary>
internal sealed record PackedContent(Digest Digest, long Start, long Size);
