using System.Text.RegularExpressions;
using Slipway.Shared;
using Xunit;

namespace Slipway.Architecture;

public sealed partial class SourceFiles
{
    private const int MostLines = 400;

    [Fact]
    public void No_source_file_is_longer_than_400_lines()
    {
        var tooLong = SourceTree.Under("src", ".cs", ".ts", ".tsx")
            .Select(file => (File: file, Lines: File.ReadLines(Repository.Path(file)).Count()))
            .Where(entry => entry.Lines > MostLines)
            .Select(entry => $"{entry.File} has {entry.Lines} lines; it probably holds two operations");

        Findings.None(tooLong);
    }

    [Theory]
    [InlineData("Utils")]
    [InlineData("Helpers")]
    [InlineData("Common")]
    [InlineData("Models")]
    [InlineData("Services")]
    [InlineData("Interfaces")]
    public void No_folder_is_named_for_what_it_does_not_do(string banned)
    {
        var files = SourceTree.Files
            .Where(file => file.StartsWith("src/", StringComparison.Ordinal)
                || file.StartsWith("tests/", StringComparison.Ordinal))
            .Where(file => Path.GetDirectoryName(file)!.Split('/').Contains(banned, StringComparer.OrdinalIgnoreCase));

        Findings.None(files);
    }

    [Fact]
    public void A_note_of_something_to_do_names_its_issue()
    {
        var nameless = SourceTree.TextFiles
            .Where(file => Path.GetExtension(file) != ".md")
            .SelectMany(file => SourceTree.Lines(file, line => TodoWithoutIssue.IsMatch(line)));

        Findings.None(nameless);
    }

    // In one piece the words would make this file its own finding.
    [GeneratedRegex(@"\b(?:TO" + @"DO|FIX" + @"ME)\b(?!\s*\(?#\d+)")]
    private static partial Regex TodoWithoutIssue { get; }
}
