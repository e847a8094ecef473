using Slipway.Monitoring.Runs;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Reports;

/// <summary>Puts the histograms of a run beside those of another one.</summary>
internal static class ReportHistograms
{
    private static readonly IBinnedStatistic s_distance = (IBinnedStatistic)DriftStatistics.ByName.Find("jensen_shannon_distance")!;

    public static IReadOnlyList<Report.Histogram> Of(IReadOnlyList<SignalHistogram> run, IReadOnlyList<SignalHistogram>? compared)
    {
        var others = compared?.ToDictionary(one => (one.Signal, one.Binned.Reference.Name), one => one.Binned);
        return [.. run.Select(one => Histogram(one, others?.GetValueOrDefault((one.Signal, one.Binned.Reference.Name))))];
    }

    private static Report.Histogram Histogram(SignalHistogram histogram, BinnedPair? other)
    {
        var (reference, current) = histogram.Binned;
        var compared = other is not null && HasSameBins(reference, other.Reference) ? other.Current : null;
        return new Report.Histogram(
            histogram.Signal,
            reference.Name,
            reference.Type == FeatureType.Numeric ? "numeric" : "categorical",
            [.. Enumerable.Range(0, reference.BinCount).Select(bin => Bin(reference, bin, current[bin], compared?[bin]))],
            reference.Rows,
            current.Sum(),
            other?.Current.Sum(),
            Distance([.. reference.Counts], current),
            other is null ? null : Distance([.. other.Reference.Counts], other.Current),
            compared is null ? null : Distance(compared, current));
    }

    private static bool HasSameBins(FeatureProfile one, FeatureProfile other) =>
        one.Type == other.Type && one.Edges.SequenceEqual(other.Edges) && one.Categories.SequenceEqual(other.Categories, StringComparer.Ordinal);

    private static double? Distance(IReadOnlyList<long> one, IReadOnlyList<long> other)
    {
        var distance = s_distance.Measure([.. one], [.. other]);
        return double.IsFinite(distance) ? distance : null;
    }

    private static Report.Bin Bin(FeatureProfile reference, int bin, long current, long? compared)
    {
        double? from = null, to = null;
        string name;
        if (bin == reference.NullBin)
        {
            name = "null";
        }
        else if (reference.Type == FeatureType.Categorical)
        {
            name = bin < reference.Categories.Count ? reference.Categories[bin] : "other";
        }
        else
        {
            // Between infinities there is nothing to write.
            from = bin == 0 ? null : Finite(reference.Edges[bin - 1]);
            to = bin == reference.Edges.Count ? null : Finite(reference.Edges[bin]);
            name = FigureText.Range(from, to);
        }

        return new Report.Bin(name, from, to, reference.Counts[bin], current, compared);
    }

    private static double? Finite(double edge) => double.IsFinite(edge) ? edge : null;
}
