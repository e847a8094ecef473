using Slipway.Kernel;

namespace Slipway.ObjectStores;

/// <summary>Finds the files below a folder, in the order of their paths (ordinal).</summary>
public static class FolderFiles
{
    public sealed record Found(string FullPath, string TreePath);

    /// <param name="include">Whether to take the file of this path (relative, with '/'); null: all.</param>
    public static IReadOnlyList<Found> Find(string folder, Func<string, bool>? include)
    {
        if (!Directory.Exists(folder))
            throw SlipwayException.NotFound("Folder", folder);

        var root = Files.RealPath(folder);
        return [.. Walk(root, root, "", include ?? (_ => true), _ => true)];
    }

    /// <summary>The files whose paths begin with the prefix and come after a path, found as they are asked for.</summary>
    public static IEnumerable<Found> After(string folder, string prefix, string after)
    {
        var root = Files.RealPath(folder);
        return Walk(
            root,
            root,
            "",
            path => path.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(path, after) > 0,
            path => (path.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(path, StringComparison.Ordinal))
                && (string.CompareOrdinal(path, after) > 0 || after.StartsWith(path, StringComparison.Ordinal)));
    }

    /// <summary>Whether a path is the folder's or below it; both without links.</summary>
    public static bool IsBelow(string root, string path) =>
        path.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static IEnumerable<Found> Walk(
        string root, string folder, string parent, Func<string, bool> takes, Func<string, bool> enters)
    {
        // With its '/', a folder sorts where its files do.
        var entries = new DirectoryInfo(folder).EnumerateFileSystemInfos()
            .Select(entry => (Entry: entry, Path: parent + entry.Name + (Directory.Exists(entry.FullName) ? "/" : "")))
            .OrderBy(found => found.Path, StringComparer.Ordinal);
        foreach (var (entry, path) in entries)
        {
            var isFolder = path[^1] == '/';
            if (!(isFolder ? enters(path) : takes(path)))
                continue;

            var real = entry.LinkTarget is null ? entry.FullName : Follow(root, folder, entry, path.TrimEnd('/'), isFolder);
            if (!isFolder)
            {
                yield return new Found(real, path);
                continue;
            }

            foreach (var found in Walk(root, real, path, takes, enters))
                yield return found;
        }
    }

    private static string Follow(string root, string folder, FileSystemInfo link, string path, bool isFolder)
    {
        var real = Files.RealPath(link.FullName);
        if (!IsBelow(root, real))
        {
            throw SlipwayException.Invalid(
                $"'{path}' is a link to '{real}', outside of the folder '{root}': copy the file into the folder or leave the link out.");
        }

        if (isFolder && (folder == real || IsBelow(real, folder)))
            throw SlipwayException.Invalid($"'{path}' is a link to a folder that it lies in: leave it out.");
        if (!isFolder && !File.Exists(real))
            throw SlipwayException.Invalid($"'{path}' is a link to '{real}', which does not exist.");
        return real;
    }
}
