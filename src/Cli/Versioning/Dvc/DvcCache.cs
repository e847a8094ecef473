using System.Text.RegularExpressions;

namespace Slipway.Cli.Versioning.Dvc;

/// <summary>
/// Where DVC keeps contents by their MD5: files/md5/ab/cdef… since DVC 3, ab/cdef… before; in its cache, and in remotes that are
/// folders.
/// </summary>
/// <param name="Written">The folder of the cache, which exports write to.</param>
internal sealed partial record DvcCache(string Written, IReadOnlyList<string> Folders)
{
    // The first one wins.
    private static readonly string[] s_configurations = ["config.local", "config"];

    /// <param name="near">A path within the repository.</param>
    /// <param name="given">The folder of the cache; null: as the repository's .dvc/config says, or .dvc/cache.</param>
    public static DvcCache Of(string near, string? given)
    {
        if (Repository(near) is not { } repository)
        {
            var only = Path.GetFullPath(given ?? Path.Combine(".dvc", "cache"));
            return new DvcCache(only, [only]);
        }

        var configured = s_configurations.Select(file => Path.Combine(repository, file)).Where(File.Exists).SelectMany(Folder).ToList();
        var cache = given is not null
            ? Path.GetFullPath(given)
            : configured.Where(found => !found.IsRemote).Select(found => found.Folder).FirstOrDefault(Path.Combine(repository, "cache"));
        return new DvcCache(cache, [cache, .. configured.Where(found => found.IsRemote).Select(found => found.Folder)]);
    }

    /// <summary>The file with this content, or null; a folder's list has its ending.</summary>
    public string? Find(string name) => Folders
        .SelectMany(folder => new[] { Path.Combine(folder, "files", "md5", name[..2], name[2..]), Path.Combine(folder, name[..2], name[2..]) })
        .FirstOrDefault(File.Exists);

    /// <summary>The path of a content that is to be written.</summary>
    public string PathOf(string name) => Path.Combine(Written, "files", "md5", name[..2], name[2..]);

    private static string? Repository(string near)
    {
        for (var folder = Path.GetFullPath(near); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Directory.Exists(Path.Combine(folder, ".dvc")))
                return Path.Combine(folder, ".dvc");
        }

        return null;
    }

    // [cache] dir = … and ['remote "name"'] url = …, relative to the file; what is no folder, such as s3://, is not looked into.
    private static IEnumerable<(bool IsRemote, string Folder)> Folder(string file)
    {
        var section = "";
        foreach (var line in File.ReadLines(file).Select(line => line.Trim()))
        {
            if (line.StartsWith('['))
            {
                section = line;
            }
            else if (Setting().Match(line) is { Success: true } setting
                && !setting.Groups["value"].Value.Contains("://", StringComparison.Ordinal)
                && (setting.Groups["key"].Value, section.Contains("remote", StringComparison.Ordinal), section.Contains("cache", StringComparison.Ordinal))
                    is ("url", true, _) or ("dir", false, true))
            {
                yield return (
                    setting.Groups["key"].Value == "url",
                    Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, setting.Groups["value"].Value)));
            }
        }
    }

    [GeneratedRegex(@"\A(?<key>url|dir)\s*=\s*(?<value>\S.*)\z")]
    private static partial Regex Setting();
}
