using System.Collections.Concurrent;

namespace Slipway.Jobs.Execution;

/// <summary>
/// Emptied folders of attempts that are over, for the next ones. ext4 does not give out a deleted inode for a minute and looks
/// at each such one whenever a file is made, so that steps by the thousand spend their time on that.
/// </summary>
internal sealed class SpareFolders
{
    private const int Most = 64;

    private static readonly EnumerationOptions s_all = new() { AttributesToSkip = FileAttributes.None };

    private readonly ConcurrentBag<string> _spare = [];

    /// <summary>Moves a spare folder to the path; false when there is none.</summary>
    public bool TryMoveTo(string path)
    {
        if (!_spare.TryTake(out var spare))
            return false;

        try
        {
            Directory.Move(spare, path);
            return true;
        }
        catch (IOException)
        {
            // Somebody has tidied up; a new folder does as well.
            return false;
        }
    }

    /// <summary>Empties the folder but for those that every attempt has; false: it is not fit for another attempt.</summary>
    /// <param name="skeleton">The folders that stay, with all that leads to them.</param>
    public bool TryTake(string root, IReadOnlyCollection<string> skeleton)
    {
        if (_spare.Count >= Most || !skeleton.All(Directory.Exists))
            return false;

        Empty(new DirectoryInfo(root), skeleton);
        _spare.Add(root);
        return true;
    }

    private static void Empty(DirectoryInfo folder, IReadOnlyCollection<string> skeleton)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos("*", s_all))
        {
            if (entry is not DirectoryInfo { LinkTarget: null } inner)
                entry.Delete();
            else if (skeleton.Any(kept => kept == inner.FullName || kept.StartsWith(inner.FullName + "/", StringComparison.Ordinal)))
                Empty(inner, skeleton);
            else
                inner.Delete(recursive: true);
        }
    }
}
