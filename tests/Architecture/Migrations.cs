using System.Text.RegularExpressions;
using Xunit;

namespace Slipway.Architecture;

public sealed partial class Migrations
{
    [Fact]
    public void The_migrations_of_a_module_are_numbered_without_gaps()
    {
        var broken = SourceTree.Under("src", ".sql")
            .Where(file => file.Contains("/Migrations/", StringComparison.Ordinal))
            .GroupBy(file => Path.GetDirectoryName(file)!)
            .Where(folder => !IsGapless(folder))
            .Select(folder => $"{folder.Key}: {string.Join(", ", folder.Select(Path.GetFileName).Order())}");

        Findings.None(broken);
    }

    private static bool IsGapless(IEnumerable<string> folder)
    {
        var numbers = folder.Select(file => Number.Match(Path.GetFileName(file)))
            .Select(match => match.Success ? int.Parse(match.Value, null) : 0)
            .Order()
            .ToList();
        return numbers.SequenceEqual(Enumerable.Range(1, numbers.Count));
    }

    [GeneratedRegex(@"^\d+")]
    private static partial Regex Number { get; }
}
