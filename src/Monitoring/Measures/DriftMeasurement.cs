using System.Globalization;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Runs;
using Slipway.Monitoring.Tables;
using Slipway.Statistics;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Measures;

/// <summary>Measures a drift signal: inputs, or the answers, against a table or against the model's training profile.</summary>
internal static class DriftMeasurement
{
    private const int MostCauses = 5;

    public static SignalResult Measure(DriftSignal signal, Comparison comparison, CancellationToken ct)
    {
        var (columns, absent) = signal.OfPredictions ? ComparedColumns.OfScore(comparison) : ComparedColumns.OfInputs(signal, comparison);
        if (columns.Count == 0)
            return SignalResult.NotMeasured(signal, absent);
        if (comparison.Reference is null && (signal.SegmentColumns.Count > 0 || signal.Segment is not null))
            return SignalResult.NotMeasured(signal, $"segments need rows to compare with, and {comparison.ReferenceText} is known as counts only; give reference_data.");

        if (signal.OfPredictions)
            comparison = comparison.WithScores();
        var found = new List<Figure>();
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

        var metrics = Judged(signal, found);
        return new SignalResult(signal, true, [.. metrics, .. few], Tell(signal, found, metrics, columns.Count, comparison, absent))
        {
            Histograms = histograms,
        };
    }

    internal static MonitorMetric TooFew(SignalDefinition signal, string? segment, long rows) =>
        new(signal.Name, null, "rows", rows, signal.LeastRows, false) { Segment = segment, TooFew = true };

    private static Func<(IEnumerable<Figure> Figures, IReadOnlyList<BinnedPair> Histograms)> Figures(
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

    private static IEnumerable<Figure> OfProfile(DriftSignal signal, ComparedColumn column, long[] counts) =>
        signal.Limits.Of(column.Feature, column.Profile!.Type, hasValues: false, 0, 0).Select(limit => new Figure(
            Name(signal, column.Feature),
            null,
            limit,
            limit.Statistic is IBinnedStatistic binned ? binned.Measure(column.Profile.Counts, counts) : double.NaN));

    private static IReadOnlyList<Figure> OfPair(DriftSignal signal, ColumnPair pair, string? segment) =>
    [
        .. signal.Limits.Of(pair.Feature, pair.Type, hasValues: true, pair.ReferenceValues, pair.ReferenceDistinct)
            .Select(limit => new Figure(Name(signal, pair.Feature), segment, limit, pair.Measure(limit.Statistic))),
    ];

    private static IEnumerable<Figure> OfRows(
        DriftSignal signal, Comparison comparison, IReadOnlyList<ComparedColumn> columns, Slice before, Slice now, string? segment, CancellationToken ct)
    {
        if (signal.Limits.Rows.Count == 0)
            return [];
        var sample = RowSample.Of(comparison.Connection, before, now, [.. columns.Select(column => column.Feature)], ct);
        return signal.Limits.Rows.Select(limit => new Figure(
            null, segment, limit, ((IRowStatistic)limit.Statistic).Measure(sample.Reference, sample.Current)));
    }

    private static string? Name(DriftSignal signal, string feature) => signal.OfPredictions ? null : feature;

    // The p-values of one statistic over columns and segments are one family of tests.
    private static List<MonitorMetric> Judged(DriftSignal signal, List<Figure> figures)
    {
        var adjusted = new double[figures.Count];
        foreach (var family in figures.Index().GroupBy(figure => figure.Item.Limit.Statistic.Name))
        {
            double[] values = [.. family.Select(figure => figure.Item.Value)];
            if (signal.Adjusts && family.First().Item.Limit.Statistic.IsPValue)
                values = FalseDiscovery.Adjust(values);
            foreach (var ((index, _), value) in family.Zip(values))
                adjusted[index] = value;
        }

        return
        [
            .. figures.Select((figure, i) => new MonitorMetric(
                signal.Name,
                figure.Feature,
                figure.Limit.Statistic.Name,
                double.IsFinite(figure.Value) ? figure.Value : null,
                figure.Limit.Threshold,
                figure.Limit.IsCrossedBy(adjusted[i]))
            {
                Segment = figure.Segment,
                Adjusted = signal.Adjusts && figure.Limit.Statistic.IsPValue && double.IsFinite(adjusted[i]) ? adjusted[i] : null,
            }),
        ];
    }

    private static string? Tell(
        DriftSignal signal, List<Figure> figures, List<MonitorMetric> metrics, int columns, Comparison comparison, string absent)
    {
        var notes = absent + (metrics.All(metric => metric.Value is null) && comparison.Reference is null
            ? $"{(absent.Length > 0 ? " " : "")}No statistic of the signal can be had from counts; give reference_data with rows." : "");
        var crossed = figures.Zip(metrics).Where(pair => pair.Second.Crossed).ToList();
        if (crossed.Count == 0)
            return notes.Length > 0 ? notes : null;

        var causes = crossed.Take(MostCauses).Select(pair => string.Create(
            CultureInfo.InvariantCulture,
            $"{(pair.Second.Feature is null ? "" : pair.Second.Feature + " ")}{(pair.Second.Segment is null ? "" : $"({pair.Second.Segment}) ")}{pair.Second.Metric} {pair.Second.Adjusted ?? pair.First.Value:0.####} {pair.First.Limit.Sign} {pair.Second.Threshold:0.####}"));
        var drifted = crossed.Select(pair => pair.Second.Feature).Where(feature => feature is not null).Distinct().Count();
        var more = crossed.Count > MostCauses ? $" and {crossed.Count - MostCauses} more" : "";
        return (signal.OfPredictions ? "The predictions" : drifted == 0 ? "The rows" : $"{drifted} of {columns} features")
            + $" drifted in {comparison.Current.Description} against {comparison.ReferenceText}: "
            + $"{string.Join("; ", causes)}{more}.{(notes.Length > 0 ? " " + notes : "")}";
    }

    private sealed record Figure(string? Feature, string? Segment, DriftLimit Limit, double Value);
}
