using System.Globalization;
using System.Runtime.InteropServices;

namespace Slipway.ObjectStores;

/// <summary>What changes when a file does: its size, its two times of change in nanoseconds, and which file it is.</summary>
/// <param name="Changed">Of the content, since 1970.</param>
/// <param name="Touched">Of anything, which no program can set back; 0 where the system does not tell.</param>
/// <param name="Inode">0 where the system does not tell.</param>
public readonly partial record struct FileStamp(long Size, long Changed, long Touched, ulong Inode)
{
    // AT_FDCWD; STATX_BASIC_STATS
    private const int Here = -100;
    private const uint Basic = 0x7ff;

    // S_IFMT, S_IFREG, S_IFDIR
    private const int TypeMask = 0xF000, OrdinaryFile = 0x8000, Folder = 0x4000;

    /// <summary>True: a device, pipe or socket, whose reading may never end.</summary>
    public bool IsSpecial { get; private init; }

    /// <summary>The default for what does not exist.</summary>
    public static FileStamp Of(string path)
    {
        if (OperatingSystem.IsLinux() && StatX(Here, path, 0, Basic, out var found) == 0)
        {
            return new FileStamp((long)found.Size, found.Modified.Nanoseconds, found.Changed.Nanoseconds, found.Inode)
            {
                IsSpecial = (found.Mode & TypeMask) is not (OrdinaryFile or Folder),
            };
        }

        var file = new FileInfo(path);
        return !file.Exists ? default : new FileStamp(file.Length, (file.LastWriteTimeUtc - DateTime.UnixEpoch).Ticks * 100, 0, 0);
    }

    /// <summary>The stamp as a text, to be kept and compared.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Size:x}-{Changed:x}-{Touched:x}-{Inode:x}");

    // statx(2) has the same layout on every processor, unlike stat(2).
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, out Answer answer);

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Answer
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(96)]
        public Time Changed;

        [FieldOffset(112)]
        public Time Modified;
    }

    [StructLayout(LayoutKind.Sequential, Size = 16)]
    private struct Time
    {
        public long Seconds;
        public uint Fraction;

        public readonly long Nanoseconds => (Seconds * 1_000_000_000) + Fraction;
    }
}
