using System.Globalization;
using Slipway.Kernel;
using Slipway.Lake.Yaml;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Profiles;

namespace Slipway.Lake.Tests;

/// <summary>Reads expectations that a column's profile answers: quantiles, and the distance to another version.</summary>
internal static class ProfileExpectations
{
    private const int Bins = 10;

    public static ProfileExpectation Quantile(string column, YamlFields node, YamlProblems problems)
    {
        var share = node.Number("quantile", 0, 1);
        if (share is null && node.Find("quantile") is null)
            problems.Add(node.Node, "quantile is missing: the share of rows below it, such as 0.5 for the median.");
        var (min, max) = Bounds(node, problems);
        return new ProfileExpectation((current, _) => current.Quantiles.Quantile(share ?? 0), value => Outside(value, min, max))
        {
            Columns = [column],
            Name = string.Create(CultureInfo.InvariantCulture, $"quantile({column}, {share})"),
            Kind = "quantile",
        };
    }

    public static ProfileExpectation Distribution(string column, YamlFields node, YamlProblems problems)
    {
        var reference = node.RequiredText("reference", "the version to compare with, such as flights@3") ?? "";
        var name = node.Text("statistic") ?? "jensen_shannon_distance";
        var known = DriftStatistics.All.OfType<IBinnedStatistic>().Select(statistic => statistic.Name).ToList();
        var statistic = DriftStatistics.All.OfType<IBinnedStatistic>().FirstOrDefault(statistic => statistic.Name == name);
        if (statistic is null)
            problems.Add(node.Find("statistic")!, $"'{name}' is no statistic.{Nearest.Hint(name, known)} Known: {string.Join(", ", known)}.");
        var (min, max) = Bounds(node, problems);
        return new ProfileExpectation(
            (current, past) => Distance(statistic!, past ?? throw Missing(column, reference), current), value => Outside(value, min, max))
        {
            Columns = [column],
            Name = $"distribution({column}, {reference})",
            Kind = "distribution",
            Reference = reference,
        };
    }

    public static (double? Min, double? Max) Bounds(YamlFields node, YamlProblems problems)
    {
        var (min, max) = (node.Number("min", double.NegativeInfinity, double.PositiveInfinity), node.Number("max", double.NegativeInfinity, double.PositiveInfinity));
        if (node.Find("min") is null && node.Find("max") is null)
            problems.Add(node.Node, "min or max is missing.");
        return (min, max);
    }

    public static string? Outside(double value, double? min, double? max) => value switch
    {
        double.NaN => "there is no value in it",
        _ when value < min => string.Create(CultureInfo.InvariantCulture, $"it is {value:G6}, less than {min}"),
        _ when value > max => string.Create(CultureInfo.InvariantCulture, $"it is {value:G6}, more than {max}"),
        _ => null,
    };

    // Numbers are counted between the deciles of the reference, texts by value, and what is rare in both together.
    private static double Distance(IBinnedStatistic statistic, ColumnProfile reference, ColumnProfile current)
    {
        var (before, now) = reference.Kind == ColumnKind.Text ? ByValue(reference, current) : ByDecile(reference, current);
        return statistic.Measure([.. before, reference.Nulls], [.. now, current.Nulls]);
    }

    private static (long[] Before, long[] Now) ByDecile(ColumnProfile reference, ColumnProfile current)
    {
        double[] shares = [.. Enumerable.Range(1, Bins - 1).Select(index => (double)index / Bins)];
        double[] edges = [.. reference.Quantiles.Quantiles(shares).Where(double.IsFinite).Distinct()];
        return (Count(reference), Count(current));

        long[] Count(ColumnProfile column)
        {
            var counts = new long[edges.Length + 1];
            foreach (var (value, count) in column.Quantiles.Values())
            {
                var found = Array.BinarySearch(edges, value);
                counts[found >= 0 ? found + 1 : ~found] += count;
            }

            return counts;
        }
    }

    private static (long[] Before, long[] Now) ByValue(ColumnProfile reference, ColumnProfile current)
    {
        ulong[] keys = [.. reference.Frequent.Top(50).Concat(current.Frequent.Top(50)).Select(value => value.Key).Distinct()];
        return (Count(reference), Count(current));

        long[] Count(ColumnProfile column)
        {
            var counts = column.Frequent.Top(FrequentValues.Capacity).ToDictionary(value => value.Key, value => value.Count);
            long[] chosen = [.. keys.Select(key => counts.GetValueOrDefault(key))];
            return [.. chosen, column.Count - column.Nulls - chosen.Sum()];
        }
    }

    private static SlipwayException Missing(string column, string reference) =>
        SlipwayException.Invalid($"'{reference}' has no column '{column}' to compare with.");
}
