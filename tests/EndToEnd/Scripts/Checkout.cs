using System.Diagnostics;
using Slipway.Shared;

namespace Slipway.EndToEnd.Scripts;

/// <summary>
/// A small checkout with the real scripts, a few sources, and programs in place of dotnet and npm that write down how they
/// were called.
/// </summary>
internal sealed class Checkout : IDisposable
{
    private readonly TempFolder _folder = new();

    public Checkout()
    {
        foreach (var script in (string[])["slipway", "test", "eng/setup.sh"])
            File.Copy(Repository.Path(script), PathOf(script));

        string[] sources =
        [
            "src/Cli/Program.cs", "src/Cli/Cli.csproj", "Directory.Build.props", "BannedSymbols.txt", ".editorconfig", "global.json",
            "native/package-lock.json", "native/node_modules/.package-lock.json",
        ];
        foreach (var source in sources)
        {
            File.WriteAllText(PathOf(source), "");
            // As after a clone of an hour ago: older than whatever a test does to it.
            File.SetLastWriteTimeUtc(PathOf(source), File.GetLastWriteTimeUtc(PathOf(source)).AddHours(-1));
        }

        File.SetLastWriteTimeUtc(PathOf(sources[^1]), File.GetLastWriteTimeUtc(PathOf(sources[^1])).AddMinutes(1));
        foreach (var fake in (string[])["dotnet", "npm"])
            File.Copy(Repository.Path($"tests/EndToEnd/Scripts/Fakes/{fake}"), PathOf($"bin/{fake}"));
    }

    public string Folder => _folder.Path;

    public Dictionary<string, string> Environment { get; } = [];

    public string PathOf(string relative) => _folder.File(relative);

    /// <summary>How dotnet and npm were called, oldest first.</summary>
    public string[] Calls => File.Exists(PathOf("calls")) ? File.ReadAllLines(PathOf("calls")) : [];

    public int Builds => Calls.Count(call => call.StartsWith("build", StringComparison.Ordinal));

    /// <summary>What a test project does when it is run: a piece of shell that may write a report.</summary>
    public void Outcome(string project, string shell) => File.WriteAllText(PathOf($"outcome/{project}"), shell);

    public Task<Executable.Finished> RunAsync(string script, IEnumerable<string> arguments, CancellationToken ct) =>
        RunAsync(script, arguments, Folder, ct);

    public Task<Executable.Finished> RunAsync(
        string script, IEnumerable<string> arguments, string from, CancellationToken ct)
    {
        var start = new ProcessStartInfo(Path.Combine(Folder, script), arguments) { WorkingDirectory = from };
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;

        start.Environment["PATH"] = $"{PathOf("bin")}:{start.Environment["PATH"]}";
        return Executable.RunAsync(start, ct);
    }

    public void Dispose() => _folder.Dispose();
}
