using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>Finds the files below a folder for a tree, in the order of their paths.</summary>
internal static class FolderFiles
{
    public sealed record Found(string FullPath, string TreePath);

    public static IReadOnlyList<Found> Find(string folder, Func<string, bool>? include)
    {
        if (!Directory.Exists(folder))
            throw SlipwayException.NotFound("Folder", folder);

        var root = Files.RealPath(folder);
        var found = new List<Found>();
        Walk(root, root, "", include ?? (_ => true), found);
        return found;
    }

    private static void Walk(string root, string folder, string prefix, Func<string, bool> include, List<Found> found)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var path = prefix + entry.Name;
            var isFolder = Directory.Exists(entry.FullName);
            if (!isFolder && !include(path))
                continue;

            var real = entry.LinkTarget is null ? entry.FullName : Follow(root, folder, entry, path, isFolder);
            if (isFolder)
                Walk(root, real, path + "/", include, found);
            else
                found.Add(new Found(real, path));
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

    private static bool IsBelow(string root, string path) =>
        path.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
