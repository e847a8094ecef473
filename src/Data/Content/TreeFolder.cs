using Slipway.Kernel;
using Slipway.ObjectStores;

namespace Slipway.Data;

/// <summary>The folder that a tree is written into. Links that are there already do not lead a file out of it.</summary>
internal sealed class TreeFolder
{
    // A hard link costs nothing, and its file is read-only; but root writes to it all the same, into the store.
    private static readonly bool s_mayLink = !Environment.IsPrivilegedProcess;

    private readonly string _root;

    public TreeFolder(string folder)
    {
        Write(folder, () => Directory.CreateDirectory(folder));
        _root = Files.RealPath(folder);
    }

    public void Place(string file, string path) => Make(path, unfinished =>
    {
        if (!s_mayLink || !Files.TryLink(file, unfinished))
            File.Copy(file, unfinished);
    });

    public void Write(byte[] content, string path) => Make(path, unfinished =>
    {
        File.WriteAllBytes(unfinished, content);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(unfinished, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    });

    private void Make(string path, Action<string> make)
    {
        TreePath.Check(path);
        var target = Path.Combine(_root, path.Replace('/', Path.DirectorySeparatorChar));
        var parent = Path.GetDirectoryName(target)!;
        Write(parent, () => Directory.CreateDirectory(parent));
        if (Files.RealPath(parent) != parent)
        {
            throw SlipwayException.Invalid(
                $"'{parent}' leads elsewhere by a link; '{path}' is not written there. Remove the link.");
        }

        Write(target, () => Replace(make, target));
    }

    private static void Replace(Action<string> make, string target)
    {
        var unfinished = Path.Combine(Path.GetDirectoryName(target)!, $".{Path.GetRandomFileName()}.unfinished");
        try
        {
            make(unfinished);
            File.Move(unfinished, target, overwrite: true);
        }
        finally
        {
            // Also after success: a rename onto another name of the same file does nothing.
            File.Delete(unfinished);
        }
    }

    private static void Write(string path, Action step)
    {
        try
        {
            step();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SlipwayException(
                ErrorCode.StorageFull, $"'{path}' could not be written: {exception.Message} Free space or choose another folder.", exception);
        }
    }
}
