using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Runs;
using Slipway.Monitoring.Tables;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Measures;

/// <summary>Measures a drift signal: inputs, or the answers, against a table or against the model's training profile.</summary>
internal static class DriftMeasurement
{
    public static SignalResult Measure(DriftSignal signal, Comparison comparison, CancellationToken ct)
    {
        var (columns, absent) = signal.OfPredictions ? ComparedColumns.OfScore(comparison) : ComparedColumns.OfInputs(signal, comparison);
        if (columns.Count == 0)
            return SignalResult.NotMeasured(signal, absent);
        if (comparison.Reference is null && (signal.SegmentColumns.Count > 0 || signal.Segment is not null))
            return SignalResult.NotMeasured(signal, $"segments need rows to compare with, and {comparison.ReferenceText} is known as counts only; give reference_data.");

        if (signal.OfPredictions)
            comparison = comparison.WithScores();
        var found = new List<DriftFigure>();
        var few = new List<MonitorMetric>();
        var histograms = new List<BinnedPair>();
        foreach (var (part, rows) in SignalRows.Of(signal, comparison.Connection, comparison.Reference, comparison.Current, ct).Index())
        {
            var measure = Figures(signal, comparison, columns, rows, out var least, ct);
            if (least < signal.LeastRows)
            {
                few.Add(TooFew(signal, rows.Segment, least));
                continue;
            }

            var (figures, binned) = measure();
            found.AddRange(figures);
            if (part == SignalRows.Whole)
                histograms.AddRange(binned);
        }

        if (found.Count == 0)
        {
            return SignalResult.NotMeasured(
                signal, $"{few[0].Value:N0} rows are too few to judge drift; minimum_rows is {signal.LeastRows:N0}.") with
            { Metrics = few };
        }

        var metrics = DriftVerdicts.Judge(signal, found);
        var notes = string.Join(' ', new[] { absent, TooRare(histograms) }.Where(note => note.Length > 0));
        return new SignalResult(signal, true, [.. metrics, .. few], DriftVerdicts.Tell(signal, found, metrics, columns.Count, comparison, notes))
        {
            Histograms = histograms,
        };
    }

    private static string TooRare(IEnumerable<BinnedPair> histograms)
    {
        var names = histograms.Where(pair => pair.Reference.IsMostlyOther).Select(pair => pair.Reference.Name).ToList();
        return names.Count == 0
            ? ""
            : $"Most values of {string.Join(", ", names)} are too rare in the reference to be told apart; a data_quality signal's out_of_bounds_rate sees new ones.";
    }

    internal static MonitorMetric TooFew(SignalDefinition signal, string? segment, long rows) =>
        new(signal.Name, null, "rows", rows, signal.LeastRows, false) { Segment = segment, TooFew = true };

    private static Func<(IEnumerable<DriftFigure> Figures, IReadOnlyList<BinnedPair> Histograms)> Figures(
        DriftSignal signal, Comparison comparison, IReadOnlyList<ComparedColumn> columns, SignalRows rows, out long least, CancellationToken ct)
    {
        if (comparison.Reference is not { } reference)
        {
            var counts = ProfileCounts.Of(comparison, columns, signal.OfPredictions, ct);
            least = counts[0].Sum();
            return () => (
                columns.SelectMany((column, i) => OfProfile(signal, column, counts[i])),
                [.. columns.Select((column, i) => new BinnedPair(column.Profile!, counts[i]))]);
        }

        var (before, now) = (new Slice(reference, rows.Reference), new Slice(comparison.Current, rows.Current));
        least = Math.Min(Count(comparison, before, ct), Count(comparison, now, ct));
        return () =>
        {
            var pairs = new ColumnPairs(comparison.Connection, before, now)
                .Measure([.. columns.Select(column => column.Feature)], pair => (Figures: OfPair(signal, pair, rows.Segment), pair.Binned), ct);
            return (
                pairs.SelectMany(pair => pair.Figures).Concat(OfRows(signal, comparison, columns, before, now, rows.Segment, ct)),
                [.. pairs.Select(pair => pair.Binned)]);
        };
    }

    private static long Count(Comparison comparison, Slice slice, CancellationToken ct) => slice.Where is null
        ? slice.Table.Rows
        : comparison.Connection.QueryScalar<long>($"select count(*) from {slice.From}", ct);

    private static IEnumerable<DriftFigure> OfProfile(DriftSignal signal, ComparedColumn column, long[] counts) =>
        signal.Limits.Of(column.Feature, column.Profile!.Type, hasValues: false, 0, 0).Select(limit => new DriftFigure(
            Name(signal, column.Feature),
            null,
            limit,
            limit.Statistic is IBinnedStatistic binned ? binned.Measure(column.Profile.Counts, counts) : double.NaN));

    private static IReadOnlyList<DriftFigure> OfPair(DriftSignal signal, ColumnPair pair, string? segment) =>
    [
        .. signal.Limits.Of(pair.Feature, pair.Type, hasValues: true, pair.ReferenceValues, pair.ReferenceDistinct)
            .Select(limit => new DriftFigure(Name(signal, pair.Feature), segment, limit, pair.Measure(limit.Statistic))),
    ];

    private static IEnumerable<DriftFigure> OfRows(
        DriftSignal signal, Comparison comparison, IReadOnlyList<ComparedColumn> columns, Slice before, Slice now, string? segment, CancellationToken ct)
    {
        if (signal.Limits.Rows.Count == 0)
            return [];
        var sample = RowSample.Of(comparison.Connection, before, now, [.. columns.Select(column => column.Feature)], ct);
        return signal.Limits.Rows.Select(limit => new DriftFigure(
            null, segment, limit, ((IRowStatistic)limit.Statistic).Measure(sample.Reference, sample.Current)));
    }

    internal static string? Name(DriftSignal signal, string feature) => signal.OfPredictions ? null : feature;
}
