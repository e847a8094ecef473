namespace Slipway.Jobs.Definitions;

/// <summary>Paths of local files as keys: with '/', without '.', and '..' only in front.</summary>
internal static class LocalPaths
{
    public static string Normalize(string path) => Join("", path.StartsWith("file:", StringComparison.Ordinal) ? path["file:".Length..] : path);

    /// <summary>The path, written in a file of this folder, as seen from where the folder's own path begins.</summary>
    public static string Join(string folder, string path)
    {
        var slashed = path.Trim().Replace('\\', '/');
        var isRooted = slashed.StartsWith('/') || (slashed.Length > 1 && slashed[1] == ':');
        var joined = isRooted || folder.Length == 0 ? slashed : $"{folder}/{slashed}";
        var parts = new List<string>();
        foreach (var part in joined.Split('/'))
        {
            if (part is "" or ".")
                continue;
            if (part == ".." && parts is [.., not ".."])
                parts.RemoveAt(parts.Count - 1);
            else
                parts.Add(part);
        }

        var relative = string.Join('/', parts);
        return joined.StartsWith('/') ? "/" + relative : relative.Length == 0 ? "." : relative;
    }

    /// <summary>The folder of a file, "" for one beside the job's own file.</summary>
    public static string FolderOf(string key)
    {
        var slash = key.LastIndexOf('/');
        return slash < 0 ? "" : slash == 0 ? "/" : key[..slash];
    }
}
