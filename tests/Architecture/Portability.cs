using System.Text.RegularExpressions;
using Xunit;

namespace Slipway.Architecture;

/// <summary>The repository works on every machine: it names no folder and no package mirror of the one it was written on.</summary>
public sealed partial class Portability
{
    [Fact]
    public void No_file_names_a_folder_of_somebodys_machine()
    {
        var findings = SourceTree.TextFiles.SelectMany(file => SourceTree.Lines(file, line => MachinePath.IsMatch(line)));

        Findings.None(findings);
    }

    [Fact]
    public void No_file_says_from_which_host_packages_come()
    {
        var findings = SourceTree.TextFiles.SelectMany(file => SourceTree.Lines(file, line => PackageHost.IsMatch(line)));

        Findings.None(findings);
    }

    // Home folders, and the folders into which build services put a checkout.
    [GeneratedRegex(@"(?<![\w.*{}$/~-])/(?:home|root|Users|work|workspace|builds)/\w|\b[A-Z]:\\+Users\\")]
    private static partial Regex MachinePath { get; }

    // A lock file's "resolved", an .npmrc's registry, a nuget.config's source, pip's index.
    [GeneratedRegex("\"resolved\"\\s*:\\s*\"http|^\\s*(?:@[\\w-]+:)?registry\\s*=|<add\\s+key=\"[^\"]*\"\\s+value=\"http|index[-]url")]
    private static partial Regex PackageHost { get; }
}
