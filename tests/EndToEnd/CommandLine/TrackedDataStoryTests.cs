using System.Diagnostics;
using System.Text.Json.Nodes;
using Slipway.EndToEnd.Jobs;
using Slipway.Shared;
using Xunit;

namespace Slipway.EndToEnd.CommandLine;

/// <summary>Data beside code in git, as somebody at a terminal has it: pointers of our own, and those of DVC.</summary>
public sealed class TrackedDataStoryTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Repository => Path.Combine(_folder.Path, "repository");

    private string Raw => Path.Combine(Repository, "raw");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_checkout_and_a_pull_bring_back_the_data_of_a_commit()
    {
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var address = server.Client.Server;
        await GitAsync("init", "-q", Repository);
        Write("raw/a.csv", "a");
        Write("raw/deep/b.csv", "b");

        var added = await SlipwayProgram.AskAsync(address, "data", "add", Raw, "--name", "flights");
        await CommitAsync("first");
        Write("raw/a.csv", "a changed");
        File.Delete(Path.Combine(Raw, "deep", "b.csv"));
        Write("raw/c.csv", "c");
        var changed = await SlipwayProgram.AskAsync(address, "data", "status", Repository, "-o", "json");
        var pushed = await SlipwayProgram.AskAsync(address, "data", "push", Repository, "-o", "json");
        await CommitAsync("second");

        await GitAsync("-C", Repository, "checkout", "-q", "HEAD~1");
        var pulled = await SlipwayProgram.AskAsync(address, "data", "pull", Repository, "-o", "json");
        var again = await SlipwayProgram.AskAsync(address, "data", "pull", Repository, "-o", "json");

        Assert.Equal(("1", "added"), ((string)added["version"]!, (string)added["state"]!));
        Assert.Equal("changed", State(changed));
        Assert.Equal(("2", "pushed"), ((string)pushed[0]!["version"]!, State(pushed)));
        Assert.Equal(("written", "unchanged"), (State(pulled), State(again)));
        Assert.Equal(("a", "b"), (Read("raw/a.csv"), Read("raw/deep/b.csv")));
        Assert.False(File.Exists(Path.Combine(Raw, "c.csv")));
        Assert.Equal("/raw\n", Read(".gitignore"));
        Assert.Equal("", await GitAsync("-C", Repository, "status", "--porcelain"));
    }

    [Fact]
    public async Task A_pull_does_not_drop_changes_that_no_version_keeps()
    {
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var address = server.Client.Server.ToString();
        Write("raw/a.csv", "a");
        await SlipwayProgram.RunAsync("data", "add", Raw, "--server", address);
        Write("raw/a.csv", "precious");

        var refused = await SlipwayProgram.RunAsync("data", "pull", Raw, "--server", address);
        var kept = Read("raw/a.csv");
        var forced = await SlipwayProgram.RunAsync("data", "pull", Raw, "--force", "--server", address);
        var twice = await SlipwayProgram.RunAsync("data", "add", Raw, "--server", address);
        var nothing = await SlipwayProgram.RunAsync("data", "push", Path.Combine(_folder.Path, "home"), "--server", address);

        Assert.Equal((1, "precious"), (refused.ExitCode, kept));
        Assert.Contains("has changes that no version keeps", refused.Error, StringComparison.Ordinal);
        Assert.Equal((0, "a"), (forced.ExitCode, Read("raw/a.csv")));
        Assert.Equal(1, twice.ExitCode);
        Assert.Contains("has a pointer already", twice.Error, StringComparison.Ordinal);
        Assert.Equal(2, nothing.ExitCode);
        Assert.Contains("There is no pointer", nothing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_DVC_keeps_becomes_versions_and_a_version_becomes_what_DVC_keeps()
    {
        using var server = await ServerProcess.StartAsync(_folder.File("home"), Ct);
        var address = server.Client.Server;

        // As dvc 3 writes them: printf 'a\n' | md5sum, and the list of the folder.
        Write(".dvc/config", "[core]\n    remote = box\n['remote \"box\"']\n    url = ../../box\n");
        Write("../box/files/md5/60/b725f10c9c85c70d97880dfe8191b3", "a\n");
        Write("../box/files/md5/3b/5d5c3712955042212316173ccf37be", "b\n");
        const string list = """[{"md5": "60b725f10c9c85c70d97880dfe8191b3", "relpath": "a.txt"}, {"md5": "3b5d5c3712955042212316173ccf37be", "relpath": "deep/b.txt"}]""";
        Write(".dvc/cache/files/md5/6e/35b04cdd6bcde5511dd98661e47d8a.dir", list);
        Write("images.dvc", "outs:\n- md5: 6e35b04cdd6bcde5511dd98661e47d8a.dir\n  size: 4\n  nfiles: 2\n  hash: md5\n  path: images\n");

        var imported = await SlipwayProgram.AskAsync(address, "data", "dvc", "import", Path.Combine(Repository, "images.dvc"), "-o", "json");
        var again = await SlipwayProgram.AskAsync(address, "data", "dvc", "import", Path.Combine(Repository, "images.dvc"), "-o", "json");
        var exported = await SlipwayProgram.AskAsync(
            address, "data", "dvc", "export", "--name", "images", "--path", Path.Combine(Repository, "copy", "images"), "--cache", _folder.File("cache"));

        Assert.Equal(("images", "1", "imported"), ((string)imported[0]!["asset"]!, (string)imported[0]!["version"]!, State(imported)));
        Assert.Equal("unchanged", State(again));
        Assert.Equal("exported", (string)exported["state"]!);
        Assert.Equal(("a\n", "b\n"), (Read("copy/images/a.txt"), Read("copy/images/deep/b.txt")));
        Assert.Equal(Read("images.dvc"), Read("copy/images.dvc"));
        Assert.Equal(list, File.ReadAllText(Path.Combine(_folder.Path, "cache", "files", "md5", "6e", "35b04cdd6bcde5511dd98661e47d8a.dir")));
    }

    private static string State(JsonNode rows) => (string)Assert.Single(rows.AsArray())!["state"]!;

    private void Write(string path, string text) => File.WriteAllText(_folder.File(Path.Combine("repository", path)), text);

    private string Read(string path) => File.ReadAllText(Path.Combine(Repository, path));

    private async Task CommitAsync(string message)
    {
        await GitAsync("-C", Repository, "add", "-A");
        await GitAsync("-C", Repository, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", message);
    }

    private static async Task<string> GitAsync(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { RedirectStandardOutput = true })!;
        var answer = await git.StandardOutput.ReadToEndAsync(Ct);
        await git.WaitForExitAsync(Ct);
        Assert.Equal(0, git.ExitCode);
        return answer;
    }
}
