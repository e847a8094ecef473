using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Slipway.Cli.Mounts.Fuse;

/// <summary>What is agreed with the kernel before all else.</summary>
internal static class FuseWelcome
{
    private const uint Major = 7, Minor = 31;

    // A file is read by several requests at once; folders tell attributes with names; names are looked up in parallel; messages of more than 128 KiB;
    // and neither files nor folders are opened.
    private const uint AsyncRead = 1 << 0, FolderWithAttributes = 1 << 13, FolderWithAttributesAuto = 1 << 14, NoOpen = 1 << 17, ParallelFolders = 1 << 18;
    private const uint MaxPages = 1 << 22, NoOpenFolder = 1 << 24;

    private const uint LongestRead = 1024 * 1024, Page = 4096;

    /// <summary>The answer, or null when the kernel is too old.</summary>
    public static byte[]? To(FuseInitialize kernel)
    {
        // Linux 5.1 and later can do without opening; before, each open would fail.
        if (kernel.Major != Major || (kernel.Flags & NoOpenFolder) == 0)
            return null;

        var reply = new FuseInitialized(
            Major,
            Minor,
            LongestRead,
            kernel.Flags & (AsyncRead | FolderWithAttributes | FolderWithAttributesAuto | NoOpen | ParallelFolders | MaxPages | NoOpenFolder),
            MaxBackground: 64,
            CongestionThreshold: 48,
            MaxWrite: Page,
            TimeGranularity: 1,
            MaxPages: (ushort)(LongestRead / Page),
            MapAlignment: 0);
        var body = new byte[Unsafe.SizeOf<FuseInitialized>()];
        MemoryMarshal.Write(body, reply);
        return body;
    }
}
