using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Slipway.Kernel;
using Slipway.ObjectStores;

namespace Slipway.Cli.Mounts;

/// <summary>A folder at which a version is mounted.</summary>
internal sealed partial class MountPoint
{
    public const string Instead = "slipway data download writes the files into a folder.";

    private const uint ReadOnly = 1, NoSetUser = 2, NoDevices = 4;
    private const int Detach = 2;
    private const int NotPermitted = 1, Busy = 16;

    private MountPoint(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>A folder that is empty, and made when there is none.</summary>
    public static MountPoint At(string path)
    {
        if (!OperatingSystem.IsLinux())
            throw new SlipwayException(ErrorCode.NotImplemented, $"Data is mounted on Linux only; {Instead}");
        var folder = Files.RealPath(path);
        if (MountTable.Find(folder) is { } mounted)
            throw SlipwayException.Conflict($"'{folder}' is a mount of {mounted.Source} already; end it with slipway data unmount --mount-point '{folder}'.");
        if (File.Exists(folder))
            throw SlipwayException.Invalid($"--mount-point: '{folder}' is a file; name an empty folder, or one that is not there.");
        if (Directory.CreateDirectory(folder).EnumerateFileSystemInfos().Any())
            throw SlipwayException.Invalid($"--mount-point: '{folder}' is not empty, and what is in it could not be seen; name an empty folder. {Instead}");
        return new MountPoint(folder);
    }

    /// <summary>Where a version is mounted now, by whomever.</summary>
    public static MountPoint Of(string path)
    {
        var folder = Files.RealPath(path);
        return MountTable.Find(folder) is null
            ? throw new SlipwayException(ErrorCode.NotFound, $"Nothing that slipway mounts is mounted at '{folder}'.")
            : new MountPoint(folder);
    }

    /// <summary>Mounts, by itself as root and with fusermount3's help as somebody else; what comes back is where the kernel asks.</summary>
    public SafeFileHandle Mount(string source)
    {
        if (Environment.IsPrivilegedProcess && TryMount(source) is { } file)
            return file;
        return Fusermount.Mount(Folder, source);
    }

    /// <summary>Takes the mount away, also one whose program is dead.</summary>
    /// <param name="whileInUse">Now, also when something is open there; else that is refused.</param>
    public void Unmount(bool whileInUse)
    {
        if (Unmount(Folder, whileInUse ? Detach : 0) == 0)
            return;
        var error = Marshal.GetLastPInvokeError();
        if (error == NotPermitted)
            Fusermount.Unmount(Folder, whileInUse);
        else if (error == Busy)
            throw InUse(Folder);
        else
            throw new IOException($"'{Folder}' could not be unmounted: {new Win32Exception(error).Message}.");
    }

    internal static SlipwayException InUse(string folder) => SlipwayException.Conflict(
        $"'{folder}' is in use: a program has something open there, or is in that folder (fuser -vm '{folder}' tells which). End that first.");

    private SafeFileHandle? TryMount(string source)
    {
        var file = Open();
        var options = $"fd={file.DangerousGetHandle()},rootmode=40000,user_id={UserId()},group_id={GroupId()},default_permissions";
        if (Mount(source, Folder, "fuse." + MountTable.Kind, ReadOnly | NoSetUser | NoDevices, options) == 0)
            return file;

        var error = Marshal.GetLastPInvokeError();
        file.Dispose();

        // Root in a container is often allowed less; fusermount3 says what is missing.
        return error == NotPermitted ? null : throw Impossible(new Win32Exception(error).Message);
    }

    private static SafeFileHandle Open()
    {
        try
        {
            return File.OpenHandle("/dev/fuse", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Impossible($"/dev/fuse cannot be opened ({exception.Message.TrimEnd('.')})");
        }
    }

    internal static SlipwayException Impossible(string why) =>
        new(ErrorCode.Unavailable, $"Data cannot be mounted here: {why.TrimEnd('.', ' ', '\n')}. {Instead}");

    /// <summary>Whose files they are: those of whoever mounts.</summary>
    public static (uint User, uint Group) Owner => (UserId(), GroupId());

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint UserId();

    [LibraryImport("libc", EntryPoint = "getegid")]
    private static partial uint GroupId();

    [LibraryImport("libc", EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string kind, nuint flags, string options);

    [LibraryImport("libc", EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);
}
