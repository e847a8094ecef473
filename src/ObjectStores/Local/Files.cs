using System.Runtime.InteropServices;
using Slipway.Kernel;

namespace Slipway.ObjectStores;

/// <summary>What .NET's file functions leave out.</summary>
public static partial class Files
{
    // open(2), O_RDONLY on every Unix
    private const int ReadOnly = 0;

    // EINVAL: some network file systems cannot flush a folder, and need not.
    private const int NotSupported = 22;

    /// <summary>Makes the names in a folder durable: a rename is lost with the power otherwise. Windows does it itself.</summary>
    public static void Sync(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;

        var handle = Open(folder, ReadOnly);
        if (handle < 0)
            throw new IOException($"Cannot open the folder '{folder}': {Marshal.GetLastPInvokeErrorMessage()}.");
        try
        {
            if (FSync(handle) != 0 && Marshal.GetLastPInvokeError() != NotSupported)
                throw new IOException($"Cannot flush the folder '{folder}': {Marshal.GetLastPInvokeErrorMessage()}.");
        }
        finally
        {
            _ = Close(handle);
        }
    }

    /// <summary>A second name for the file; false where the file system cannot (another device, too many links, Windows).</summary>
    public static bool TryLink(string existing, string name) =>
        !OperatingSystem.IsWindows() && Link(existing, name) == 0;

    /// <summary>The path with each link on the way followed, as realpath(3); what does not exist stays as it is written.</summary>
    public static string RealPath(string path)
    {
        // The limit that Linux has itself
        var links = 40;
        var real = Path.GetPathRoot(Path.GetFullPath(path))!;
        var rest = new Stack<string>(Split(Path.GetFullPath(path)));
        while (rest.TryPop(out var segment))
        {
            if (segment == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            var next = Path.Combine(real, segment);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (links-- == 0)
                throw SlipwayException.Invalid($"'{path}' is a link that leads round in circles: leave it out.");
            if (Path.IsPathRooted(target))
                real = Path.GetPathRoot(target)!;
            foreach (var part in Split(target))
                rest.Push(part);
        }

        return real;
    }

    // The last segment first, as it is pushed; without normalising, since "link/.." is where the link leads.
    private static IEnumerable<string> Split(string path) =>
        path[(Path.GetPathRoot(path)?.Length ?? 0)..]
            .Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries)
            .Where(segment => segment != ".")
            .Reverse();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int handle);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);
}
