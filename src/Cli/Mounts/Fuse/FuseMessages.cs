using System.Runtime.InteropServices;

namespace Slipway.Cli.Mounts.Fuse;

/// <summary>What Linux asks of a file system that is a program: version 7.31 of its protocol, of which this is the part that reading needs.</summary>
internal enum FuseOperation : uint
{
    Lookup = 1,
    Forget = 2,
    GetAttributes = 3,
    Read = 15,
    FileSystem = 17,
    Initialize = 26,
    ReadFolder = 28,
    Interrupt = 36,
    Destroy = 38,
    ForgetMany = 42,
    ReadFolderWithAttributes = 44,
}

/// <summary>Numbers of errno(3) that are answered.</summary>
internal static class FuseError
{
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int InputOutput = 5;
    public const int NotAFolder = 20;
    public const int IsAFolder = 21;
    public const int NoSystemCall = 38;
}

[StructLayout(LayoutKind.Sequential)]
internal record struct FuseRequest(
    uint Length, FuseOperation Operation, ulong Unique, ulong Node, uint User, uint Group, uint Process, ushort Extensions, ushort Padding);

[StructLayout(LayoutKind.Sequential)]
internal record struct FuseReply(uint Length, int Error, ulong Unique);

[StructLayout(LayoutKind.Sequential)]
internal record struct FuseInitialize(uint Major, uint Minor, uint MaxReadAhead, uint Flags);

// Later versions have more fields, which are 0.
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal record struct FuseInitialized(
    uint Major,
    uint Minor,
    uint MaxReadAhead,
    uint Flags,
    ushort MaxBackground,
    ushort CongestionThreshold,
    uint MaxWrite,
    uint TimeGranularity,
    ushort MaxPages,
    ushort MapAlignment);

[StructLayout(LayoutKind.Sequential)]
internal record struct FuseRead(ulong Handle, ulong Offset, uint Size, uint ReadFlags, ulong LockOwner, uint Flags, uint Padding);

[StructLayout(LayoutKind.Sequential)]
internal record struct FuseAttributes
{
    public ulong Inode;
    public ulong Size;
    public ulong Blocks;
    public ulong Accessed;
    public ulong Modified;
    public ulong Changed;
    public uint AccessedNanoseconds;
    public uint ModifiedNanoseconds;
    public uint ChangedNanoseconds;
    public uint Mode;
    public uint Links;
    public uint User;
    public uint Group;
    public uint Device;
    public uint BlockSize;
    public uint Flags;
}

[StructLayout(LayoutKind.Sequential)]
internal record struct FuseAttributesReply(ulong ValidSeconds, uint ValidNanoseconds, uint Padding, FuseAttributes Attributes);

[StructLayout(LayoutKind.Sequential)]
internal record struct FuseEntry(
    ulong Node, ulong Generation, ulong ValidSeconds, ulong AttributesValidSeconds, uint ValidNanoseconds, uint AttributesValidNanoseconds, FuseAttributes Attributes);

[StructLayout(LayoutKind.Sequential)]
internal record struct FuseFolderEntry(ulong Inode, ulong Next, uint NameLength, uint Type);

[StructLayout(LayoutKind.Sequential, Size = 80)]
internal record struct FuseFileSystem(
    ulong Blocks, ulong Free, ulong Available, ulong Files, ulong FreeFiles, uint BlockSize, uint NameLength, uint FragmentSize, uint Padding);
