namespace Slipway.Cli.Versioning;

/// <summary>Keeps data out of git, whose pointer is in it.</summary>
internal static class GitIgnore
{
    /// <summary>Adds the file or folder to the .gitignore beside it; nothing when that folder is in no repository.</summary>
    public static void Add(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!IsInRepository(folder))
            return;

        var line = "/" + Path.GetFileName(path);
        var file = Path.Combine(folder, ".gitignore");
        var text = File.Exists(file) ? File.ReadAllText(file) : "";
        if (text.Split('\n').Any(old => old.TrimEnd('\r', '/') == line))
            return;
        File.WriteAllText(file, (text.Length == 0 || text.EndsWith('\n') ? text : text + "\n") + line + "\n");
    }

    private static bool IsInRepository(string? folder)
    {
        for (; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            // A file in a worktree
            if (Path.Exists(Path.Combine(folder, ".git")))
                return true;
        }

        return false;
    }
}
