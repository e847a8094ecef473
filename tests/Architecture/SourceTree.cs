using System.Diagnostics;
using Slipway.Shared;

namespace Slipway.Architecture;

/// <summary>The files that belong to the repository, as paths from its root with slashes.</summary>
internal static class SourceTree
{
    private static readonly string[] s_textEndings =
    [
        ".cs", ".csproj", ".props", ".targets", ".slnx", ".json", ".yml", ".yaml", ".md", ".sql", ".ts", ".tsx", ".js", ".mjs",
        ".css", ".html", ".sh", ".py", ".txt", ".xml", ".svg", ".proto", ".npmrc", ".editorconfig", ".gitignore", ".config",
    ];

    private static readonly Lazy<string[]> s_files = new(List);

    public static IReadOnlyList<string> Files => s_files.Value;

    /// <summary>Files that people write; a name without an ending is a script.</summary>
    public static IEnumerable<string> TextFiles => Files.Where(file =>
        Path.GetExtension(file) is var ending && (ending.Length == 0 || s_textEndings.Contains(ending)));

    public static IEnumerable<string> Under(string folder, params string[] endings) => Files.Where(file =>
        file.StartsWith(folder + "/", StringComparison.Ordinal) && endings.Contains(Path.GetExtension(file)));

    public static string Text(string file) => File.ReadAllText(Repository.Path(file));

    /// <summary>Every line of the file that the pattern finds, as "file:line: text".</summary>
    public static IEnumerable<string> Lines(string file, Func<string, bool> wanted) =>
        File.ReadLines(Repository.Path(file))
            .Select((text, index) => (Text: text, Number: index + 1))
            .Where(line => wanted(line.Text))
            .Select(line => $"{file}:{line.Number}: {line.Text.Trim()}");

    private static string[] List()
    {
        // New files that are not ignored count: they are about to be committed. A container that mounts the checkout owns
        // it as another user, hence safe.directory.
        using var git = Process.Start(new ProcessStartInfo(
            "git", ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Repository.Root(),
            RedirectStandardOutput = true,
        })!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        if (git.ExitCode != 0)
            throw new InvalidOperationException("'git ls-files' failed: the architecture tests look at a git checkout.");

        return [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(file => File.Exists(Repository.Path(file)))];
    }
}
