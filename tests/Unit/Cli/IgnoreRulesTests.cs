using Slipway.Cli.Snapshots;
using Slipway.Jobs.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.Cli;

public sealed class IgnoreRulesTests
{
    [Theory]
    [InlineData("*.pyc", "a.pyc", true)]
    [InlineData("*.pyc", "deep/er/a.pyc", true)]
    [InlineData("*.pyc", "a.pyc.txt", false)]
    [InlineData("/top", "top", true)]
    [InlineData("/top", "sub/top", false)]
    [InlineData("sub/x?", "sub/x1", true)]
    [InlineData("sub/x?", "other/sub/x1", false)]
    [InlineData("**/logs/*.txt", "a/b/logs/c.txt", true)]
    [InlineData("**/logs/*.txt", "logs/c.txt", true)]
    [InlineData("data/**", "data/a/b", true)]
    [InlineData("a/**/z", "a/z", true)]
    [InlineData("a/**/z", "a/b/c/z", true)]
    [InlineData("a/*", "a/b/c", false)]
    [InlineData("[a-c].txt", "b.txt", true)]
    [InlineData("[!a-c].txt", "b.txt", false)]
    [InlineData("*.csv\n!keep.csv", "keep.csv", false)]
    [InlineData("!keep.csv\n*.csv", "keep.csv", true)]
    [InlineData("# note\n\n\\#file", "#file", true)]
    [InlineData("file.(x)+", "file.(x)+", true)]
    [InlineData("trailing  ", "trailing", true)]
    [InlineData("", ".git", true)]
    [InlineData("", "main.py", false)]
    public void Patterns_mean_what_git_says(string rules, string path, bool ignored) =>
        Assert.Equal(ignored, IgnoreRules.Parse(rules).Ignores(path, isFolder: false));

    [Fact]
    public void A_pattern_with_a_slash_behind_it_is_for_folders()
    {
        var rules = IgnoreRules.Parse("out/");

        Assert.True(rules.Ignores("a/out", isFolder: true));
        Assert.False(rules.Ignores("a/out", isFolder: false));
    }

    [Fact]
    public void A_snapshot_leaves_out_what_amlignore_says_and_links_that_lead_up()
    {
        using var folder = new TempFolder();
        foreach (var name in new[] { "main.py", "sub/keep.py", "sub/drop.log", "__pycache__/x.pyc", ".git/HEAD", "data/big.csv" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
            File.WriteAllText(folder.File(name), name);
        }

        File.WriteAllText(folder.File(".amlignore"), "*.log\ndata/\n");
        File.WriteAllText(folder.File(".gitignore"), "main.py\n");
        Directory.CreateSymbolicLink(folder.File("sub/up"), folder.Path);

        var files = LocalSnapshot.Files(folder.Path);

        Assert.Equal(["main.py", "sub/keep.py"], files.Select(file => Path.GetRelativePath(folder.Path, file)));
    }
}
