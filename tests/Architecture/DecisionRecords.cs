using System.Text.RegularExpressions;
using Xunit;

namespace Slipway.Architecture;

public sealed partial class DecisionRecords
{
    private static readonly string[] s_files =
        [.. SourceTree.Under("docs/adr", ".md").Order(StringComparer.Ordinal)];

    [Fact]
    public void Decision_records_are_numbered_without_gaps()
    {
        var numbers = s_files.Select(file => Path.GetFileName(file)[..4]);

        Assert.NotEmpty(s_files);
        Assert.Equal(Enumerable.Range(1, s_files.Length).Select(number => $"{number:D4}"), numbers);
    }

    [Fact]
    public void Every_decision_record_begins_with_its_title_and_its_status()
    {
        var unclear = s_files.Where(file => !Opening.IsMatch(SourceTree.Text(file)));

        Findings.None(unclear);
    }

    [GeneratedRegex(@"\A# .+\n\nStatus: (?:proposed|accepted|rejected|replaced by \d{4})\n")]
    private static partial Regex Opening { get; }
}
