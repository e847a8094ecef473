using System.IO.Enumeration;

namespace Slipway.Client;

/// <summary>A file that is to be uploaded, as it was when it was read.</summary>
internal sealed record LocalFile(string TreePath, string Path, string Digest, long Size);

/// <summary>The files of this machine that a tree is made of.</summary>
internal static class LocalFiles
{
    /// <summary>A file is a tree of one.</summary>
    public static IEnumerable<FileOfTree> Below(string root) => Directory.Exists(root)
        ? FilesBelow(root).Select(file => new FileOfTree(Relative(root, file), file))
        : [new FileOfTree(Path.GetFileName(root), root)];

    public static string Relative(string folder, string file) => Path.GetRelativePath(folder, file).Replace('\\', '/');

    // Links are followed, but not to a folder that they lie in: that would have no end.
    private static FileSystemEnumerable<string> FilesBelow(string root) => new(
        root,
        (ref FileSystemEntry entry) => entry.ToFullPath(),
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
    {
        ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
        ShouldRecursePredicate = (ref FileSystemEntry entry) =>
        {
            var path = entry.ToFullPath();
            if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint)
                && Directory.ResolveLinkTarget(path, returnFinalTarget: true) is { } target
                && path.StartsWith(Path.TrimEndingDirectorySeparator(target.FullName) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                throw new IOException($"'{path}' is a link to a folder that it lies in: leave it out.");
            }

            return true;
        },
    };

    public static LocalFile[] Digest(IReadOnlyList<FileOfTree> files, FileDigests digests, CancellationToken ct)
    {
        var found = new LocalFile[files.Count];
        Parallel.For(0, files.Count, new ParallelOptions { CancellationToken = ct }, i =>
        {
            var (digest, size) = digests.Of(files[i].File, ct);
            found[i] = new LocalFile(files[i].TreePath, files[i].File, digest, size);
        });
        return found;
    }
}
