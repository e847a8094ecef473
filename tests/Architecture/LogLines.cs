using System.Text.RegularExpressions;
using Xunit;

namespace Slipway.Architecture;

/// <summary>Whoever filters or counts log lines does so by their numbers: each is one line of one module.</summary>
public sealed partial class LogLines
{
    // The first number of a module and the number behind its last; docs/guides/telemetry.md tells them to those who read logs.
    private static readonly Dictionary<string, (int From, int To)> s_ranges = new()
    {
        ["Kernel"] = (1000, 1100),
        ["Data"] = (1100, 2000),
        ["Security"] = (2000, 3000),
        ["Lake"] = (3000, 4000),
        ["Tracking"] = (4000, 5000),
        ["Registry"] = (5000, 6000),
        ["Jobs"] = (6000, 6500),
        ["Etl"] = (6500, 7000),
        ["Serving"] = (7000, 8000),
        ["Training"] = (8000, 9000),
        ["Monitoring"] = (9000, 10000),
        ["Server"] = (10000, 11000),
    };

    private static readonly (string File, int Number)[] s_lines =
        [.. SourceTree.Under("src", ".cs").SelectMany(file => Line.Matches(SourceTree.Text(file)).Select(line => (file, int.Parse(line.Groups[1].Value, null))))];

    [Fact]
    public void Every_log_line_has_a_number_of_its_own()
    {
        Assert.NotEmpty(s_lines);
        Findings.None(s_lines.GroupBy(line => line.Number).Where(group => group.Count() > 1)
            .Select(group => $"{group.Key}: {string.Join(", ", group.Select(line => line.File))}"));
    }

    [Fact]
    public void The_number_of_a_log_line_lies_in_the_range_of_its_module()
    {
        Findings.None(s_lines.Where(line => !IsOf(line.File.Split('/')[1], line.Number))
            .Select(line => $"{line.File}: {line.Number} is not a number of its module; LogLines.cs has the ranges."));
    }

    [Fact]
    public void The_ranges_are_those_that_are_documented()
    {
        var guide = SourceTree.Text("docs/guides/telemetry.md");

        Findings.None(s_ranges.Where(range => !guide.Contains($"| {range.Value.From}–{range.Value.To - 1} | {range.Key} |", StringComparison.Ordinal))
            .Select(range => $"docs/guides/telemetry.md lacks the line of {range.Key}"));
    }

    private static bool IsOf(string module, int number) =>
        s_ranges.TryGetValue(module, out var range) && number >= range.From && number < range.To;

    [GeneratedRegex(@"LoggerMessage\((?:EventId = )?(\d+)")]
    private static partial Regex Line { get; }
}
