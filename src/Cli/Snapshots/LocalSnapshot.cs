using Slipway.Jobs.Contracts;

namespace Slipway.Cli.Snapshots;

/// <summary>The files of a folder that go with a job: all but what its ignore file excludes.</summary>
internal static class LocalSnapshot
{
    /// <summary>In name order. Links are followed, but not into the folder that they stand in.</summary>
    public static IReadOnlyList<string> Files(string folder)
    {
        var files = new List<string>();
        Walk(folder, "", IgnoreRules.Of(folder), files);
        files.Sort(StringComparer.Ordinal);
        return files;
    }

    private static void Walk(string folder, string prefix, IgnoreRules rules, List<string> files)
    {
        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            var path = prefix + entry.Name;
            if (entry is FileInfo { Exists: true } && !rules.Ignores(path, isFolder: false))
                files.Add(entry.FullName);
            else if (entry is DirectoryInfo { Exists: true } && !rules.Ignores(path, isFolder: true) && !LeadsUp(entry))
                Walk(entry.FullName, path + "/", rules, files);
        }
    }

    private static bool LeadsUp(FileSystemInfo folder) =>
        folder.LinkTarget is not null && folder.ResolveLinkTarget(returnFinalTarget: true) is { } target
        && (folder.FullName + Path.DirectorySeparatorChar).StartsWith(target.FullName.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
