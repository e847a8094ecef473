using System.Globalization;
using Slipway.Statistics;

namespace Slipway.Training.Gates;

/// <summary>What the rules came to, in a sentence.</summary>
internal sealed record Verdict(bool Accepted, string Reason)
{
    public static Verdict First(string alias, BinaryMetrics metrics) => new(true, string.Create(CultureInfo.InvariantCulture,
        $"Accepted as the first: there is no {alias} to compare with (auc {metrics.Auc:0.00000}, brier {metrics.Brier:0.00000} on {metrics.Rows} rows)."));

    public static Verdict Same(string alias, int number) =>
        new(true, string.Create(CultureInfo.InvariantCulture, $"Version {number} is the {alias} already."));

    public static Verdict Of(IReadOnlyList<Comparison> comparisons, int champion, long rows)
    {
        var broken = comparisons.Where(comparison => !comparison.Holds).ToArray();
        var told = broken.Length == 0 ? comparisons : broken;
        var requirement = string.Join(" and ", broken.Select(comparison =>
            $"{comparison.Rule.MetricName} is {(comparison.Rule.MustBeBetter ? "not surely better" : "surely worse")}"));
        var numbers = string.Join("; ", told.Select(comparison => comparison.Text));
        return new Verdict(broken.Length == 0, string.Create(CultureInfo.InvariantCulture,
            $"{(broken.Length == 0 ? "Accepted" : $"Rejected because {requirement}")}: {numbers}, on {rows} rows against version {champion}."));
    }
}
