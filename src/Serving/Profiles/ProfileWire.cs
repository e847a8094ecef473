using Slipway.Statistics.Drift;
using Slipway.Statistics.Profiles;

namespace Slipway.Serving.Profiles;

/// <param name="From">Of the first profile that was added up; To is the end of the last.</param>
/// <param name="OptedOut">Rows of callers who asked that nothing is kept: counted, and no more.</param>
internal sealed record ProfileWire(
    string Endpoint,
    string Deployment,
    string Model,
    int ModelVersion,
    DateTimeOffset From,
    DateTimeOffset To,
    long Rows,
    long OptedOut,
    IReadOnlyList<ProfileColumnWire> Columns);

/// <param name="Type">"numeric" or "categorical".</param>
/// <param name="MaxError">By how much the count of a text may be too low; 0: counts are exact.</param>
/// <param name="RelativeError">By what share a quantile may be off; 0: they are exact.</param>
/// <param name="PopulationStabilityIndex">Against what the model learned from; null without such a reference.</param>
internal sealed record ProfileColumnWire(
    string Name,
    string Type,
    long Count,
    long Nulls,
    long Infinite,
    double? Mean,
    double? StandardDeviation,
    double? Min,
    double? Max,
    IReadOnlyList<double>? Quantiles,
    double RelativeError,
    long MaxError,
    double? PopulationStabilityIndex,
    double? JensenShannonDistance,
    IReadOnlyList<ProfileBinWire> Bins)
{
    private const int MostTexts = 20;
    private const int ShownBins = 20;

    /// <summary>The shares whose quantiles are shown.</summary>
    private static readonly double[] s_shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

    /// <param name="reference">Null: what the column was like in training is not known.</param>
    internal static ProfileColumnWire Of(AnswerColumn column, FeatureProfile? reference)
    {
        var isNumber = column.Type == FeatureType.Numeric;
        var comparable = reference is not null && column.Layout is { } layout && IsSame(layout, reference) ? reference : null;
        var moments = isNumber && column.Moments.Count > 0 ? column.Moments : null;
        return new ProfileColumnWire(
            column.Name,
            isNumber ? "numeric" : "categorical",
            column.Count,
            column.Nulls,
            column.NegativeInfinities + column.PositiveInfinities,
            Finite(moments?.Mean),
            Finite(moments?.StandardDeviation),
            Finite(moments?.Min),
            Finite(moments?.Max),
            moments is null ? null : QuantilesOf(column),
            column.Cells.RelativeError,
            column.MaxError,
            comparable is null ? null : Measure("population_stability_index", comparable, column),
            comparable is null ? null : Measure("jensen_shannon_distance", comparable, column),
            [.. comparable is not null ? InBins(comparable, column) : isNumber ? InRanges(column) : InTexts(column)]);
    }

    private static bool IsSame(FeatureProfile one, FeatureProfile other) =>
        one.Type == other.Type && one.Edges.SequenceEqual(other.Edges) && one.Categories.SequenceEqual(other.Categories);

    private static double? Measure(string statistic, FeatureProfile reference, AnswerColumn column) =>
        Finite(((IBinnedStatistic)DriftStatistics.ByName.Get("drift statistic", statistic)).Measure(reference.Counts, column.Bins));

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private static IReadOnlyList<double> QuantilesOf(AnswerColumn column) =>
    [
        .. column.Cells.Quantiles(s_shares).Select(value => Math.Clamp(column.IsWhole ? Math.Floor(value) : value, column.Moments.Min, column.Moments.Max)),
    ];

    private static List<ProfileBinWire> InBins(FeatureProfile reference, AnswerColumn column)
    {
        var bins = new List<ProfileBinWire>();
        for (var i = 0; i < reference.BinCount; i++)
        {
            var (from, to, label) = i == reference.NullBin ? (null, null, "null")
                : reference.Type == FeatureType.Categorical ? (null, null, i < reference.Categories.Count ? reference.Categories[i] : "other")
                : ((double?, double?, string?))(Edge(reference, i - 1), Edge(reference, i), null);
            bins.Add(new ProfileBinWire(from, to, label, column.Bins[i], reference.Counts[i]));
        }

        return bins;
    }

    private static double? Edge(FeatureProfile reference, int index) =>
        index >= 0 && index < reference.Edges.Count ? Finite(reference.Edges[index]) : null;

    // Numbers that are all the same make no ranges, and stand in one bin.
    private static IEnumerable<ProfileBinWire> InRanges(AnswerColumn column)
    {
        var (min, max, count) = (column.Moments.Min, column.Moments.Max, column.Moments.Count);
        if (count == 0)
            return [];
        return FixedHistogram.Of(column.Cells, min, max, ShownBins) is { } ranges
            ? ranges.Counts.Select((rows, i) => new ProfileBinWire(ranges.Edges[i], ranges.Edges[i + 1], null, rows, null))
            : [new ProfileBinWire(min, max, null, count, null)];
    }

    private static IEnumerable<ProfileBinWire> InTexts(AnswerColumn column)
    {
        var texts = column.Texts.Take(MostTexts).ToList();
        foreach (var text in texts)
            yield return new ProfileBinWire(null, null, text.Text, text.Count, null);
        if (column.Count - column.Nulls - texts.Sum(text => text.Count) is var rest and > 0)
            yield return new ProfileBinWire(null, null, "other", rest, null);
    }
}

/// <summary>Rows of a bin: from From (null: open) to below To, or of a text.</summary>
/// <param name="Reference">Rows of what the model learned from; null: that is not known.</param>
internal sealed record ProfileBinWire(double? From, double? To, string? Label, long Count, long? Reference);
