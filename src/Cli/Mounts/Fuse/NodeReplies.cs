using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Slipway.Cli.Mounts.Fuse;

/// <summary>Names and attributes of a mounted version as the kernel takes them.</summary>
internal sealed class NodeReplies(MountedTree tree, (uint User, uint Group) owner)
{
    private const uint Folder555 = 0x4000 | 0x16D, File444 = 0x8000 | 0x124;
    private const uint FolderType = 4, FileType = 8;
    private const uint BlockSize = 4096, SectorSize = 512, NameLength = 255;

    // For ever, as far as a mount is concerned
    private const ulong Valid = 365 * 24 * 3600;

    private static readonly int s_entrySize = Unsafe.SizeOf<FuseEntry>();
    private static readonly int s_folderEntrySize = Unsafe.SizeOf<FuseFolderEntry>();

    public (int Error, byte[] Body) Lookup(ulong folder, string name) => tree.Find(folder) switch
    {
        null => (FuseError.NoEntry, []),
        { IsFolder: false } => (FuseError.NotAFolder, []),

        // Node 0: there is none, and that may be kept as well.
        var parent => (0, Bytes(parent.Find(name) is { } node ? EntryOf(node) : new FuseEntry { ValidSeconds = Valid })),
    };

    public (int Error, byte[] Body) Attributes(ulong number) => tree.Find(number) is { } node
        ? (0, Bytes(new FuseAttributesReply(Valid, 0, 0, AttributesOf(node))))
        : (FuseError.NoEntry, []);

    public (int Error, byte[] Body) FileSystem() => (0, Bytes(new FuseFileSystem(
        (ulong)(tree.TotalSize + BlockSize - 1) / BlockSize, 0, 0, (ulong)tree.Count, 0, BlockSize, NameLength, BlockSize, 0)));

    /// <summary>As many entries as the range has room for, from the one with the number of its offset on.</summary>
    public (int Error, byte[] Body) Folder(ulong number, FuseRead range, bool withAttributes)
    {
        if (tree.Find(number) is not { } folder)
            return (FuseError.NoEntry, []);
        if (!folder.IsFolder)
            return (FuseError.NotAFolder, []);

        var body = new byte[range.Size];
        var used = 0;
        for (var index = (int)Math.Min(range.Offset, int.MaxValue); index < folder.Children.Count + 2; index++)
        {
            var (name, node) = index switch
            {
                0 => (".", folder),
                1 => ("..", folder.Parent),
                _ => (folder.Children[index - 2].Name, folder.Children[index - 2]),
            };
            var entry = index < 2 ? default : EntryOf(node);
            if (!TryWrite(body.AsSpan(used), name, node, (ulong)index + 1, withAttributes ? entry : null, out var written))
                break;
            used += written;
        }

        return (0, body[..used]);
    }

    private static bool TryWrite(Span<byte> room, string name, MountedNode node, ulong next, FuseEntry? entry, out int written)
    {
        var length = Encoding.UTF8.GetByteCount(name);
        var before = entry is null ? 0 : s_entrySize;
        written = before + ((s_folderEntrySize + length + 7) & ~7);
        if (written > room.Length)
            return false;
        if (entry is { } attributes)
            MemoryMarshal.Write(room, attributes);
        MemoryMarshal.Write(room[before..], new FuseFolderEntry(node.Number, next, (uint)length, node.IsFolder ? FolderType : FileType));
        Encoding.UTF8.GetBytes(name, room[(before + s_folderEntrySize)..]);
        return true;
    }

    private FuseEntry EntryOf(MountedNode node) => new(node.Number, 0, Valid, Valid, 0, 0, AttributesOf(node));

    private FuseAttributes AttributesOf(MountedNode node)
    {
        var time = (ulong)Math.Max(0, tree.MadeAt.ToUnixTimeSeconds());
        return new FuseAttributes
        {
            Inode = node.Number,
            Size = (ulong)node.Size,
            Blocks = (ulong)(node.Size + SectorSize - 1) / SectorSize,
            Accessed = time,
            Modified = time,
            Changed = time,
            Mode = node.IsFolder ? Folder555 : File444,

            // Of a folder it says that its folders are not counted.
            Links = 1,
            User = owner.User,
            Group = owner.Group,
            BlockSize = BlockSize,
        };
    }

    private static byte[] Bytes<T>(T value)
        where T : struct
    {
        var bytes = new byte[Unsafe.SizeOf<T>()];
        MemoryMarshal.Write(bytes, value);
        return bytes;
    }
}
