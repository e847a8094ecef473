using Slipway.Data;

namespace Slipway.Lake.Diff;

/// <summary>Compares two trees by their paths and digests.</summary>
internal static class FileComparison
{
    public static FilesDiff Of(Tree before, Tree after)
    {
        var removed = before.Entries.Where(entry => after.Find(entry.Path) is null).ToList();
        var added = after.Entries.Where(entry => before.Find(entry.Path) is null).ToList();
        var moved = Moved(removed, added);
        var both = after.Entries.Where(entry => before.Find(entry.Path) is not null).ToList();
        var changed = both.Where(entry => before.Find(entry.Path)!.Digest != entry.Digest).ToList();
        return new FilesDiff(
            both.Count - changed.Count,
            [.. added.Select(entry => new DiffFile(entry.Path, entry.Size))],
            [.. removed.Select(entry => new DiffFile(entry.Path, entry.Size))],
            [.. changed.Select(entry => new ChangedFile(entry.Path, before.Find(entry.Path)!.Size, entry.Size))],
            moved);
    }

    /// <summary>Takes those out of both lists that are the same content, each once.</summary>
    private static List<MovedFile> Moved(List<TreeEntry> removed, List<TreeEntry> added)
    {
        var gone = removed.GroupBy(entry => entry.Digest).ToDictionary(group => group.Key, group => new Queue<TreeEntry>(group));
        var moved = new List<MovedFile>();
        foreach (var entry in added.ToList())
        {
            if (!gone.TryGetValue(entry.Digest, out var same) || !same.TryDequeue(out var source))
                continue;
            moved.Add(new MovedFile(source.Path, entry.Path));
            removed.Remove(source);
            added.Remove(entry);
        }

        return moved;
    }
}
