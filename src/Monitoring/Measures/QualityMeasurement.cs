using System.Globalization;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Runs;
using Slipway.Monitoring.Tables;

namespace Slipway.Monitoring.Measures;

/// <summary>Measures the share of bad rows of each input.</summary>
internal static class QualityMeasurement
{
    private const int MostCauses = 5;

    public static SignalResult Measure(QualitySignal signal, Comparison comparison, CancellationToken ct)
    {
        var (columns, absent) = ComparedColumns.OfInputs(signal, comparison);
        if (columns.Count == 0)
            return SignalResult.NotMeasured(signal, absent);
        var metrics = new List<MonitorMetric>();
        foreach (var rows in SignalRows.Of(signal, comparison.Connection, comparison.Reference, comparison.Current, ct))
        {
            var now = new Slice(comparison.Current, rows.Current);
            var count = rows.Current is null ? now.Table.Rows : comparison.Connection.QueryScalar<long>($"select count(*) from {now.From}", ct);
            if (count < signal.LeastRows)
            {
                metrics.Add(DriftMeasurement.TooFew(signal, rows.Segment, count));
                continue;
            }

            // The whole reference says what is usual, also for a segment.
            metrics.AddRange(new ColumnPairs(comparison.Connection, new Slice(comparison.Reference!, null), now)
                .Measure([.. columns.Select(column => column.Feature)], pair => Rates(signal, pair, rows.Segment), ct)
                .SelectMany(rates => rates));
        }

        return metrics.TrueForAll(metric => metric.TooFew)
            ? SignalResult.NotMeasured(
                signal, $"{metrics[0].Value:N0} rows are too few to judge quality; minimum_rows is {signal.LeastRows:N0}.") with
            { Metrics = metrics }
            : new SignalResult(signal, true, metrics, Tell(metrics, comparison, absent));
    }

    private static IReadOnlyList<MonitorMetric> Rates(QualitySignal signal, ColumnPair pair, string? segment)
    {
        var counts = pair.Quality();
        return
        [
            .. signal.LimitsOf(pair.Feature, pair.Type).Select(limit =>
            {
                var rate = limit.Statistic.Measure(counts);
                return new MonitorMetric(
                    signal.Name, pair.Feature, limit.Statistic.Name, double.IsFinite(rate) ? rate : null, limit.Threshold, rate > limit.Threshold)
                {
                    Segment = segment,
                };
            }),
        ];
    }

    internal static string? Tell(List<MonitorMetric> metrics, Comparison comparison, string absent)
    {
        var crossed = metrics.Where(metric => metric.Crossed).ToList();
        if (crossed.Count == 0)
            return absent.Length > 0 ? absent : null;
        var causes = crossed.Take(MostCauses).Select(metric => string.Create(
            CultureInfo.InvariantCulture,
            $"{metric.Feature} {(metric.Segment is null ? "" : $"({metric.Segment}) ")}{metric.Metric} {metric.Value:0.#####} > {metric.Threshold:0.#####}"));
        var more = crossed.Count > MostCauses ? $" and {crossed.Count - MostCauses} more" : "";
        return $"Bad rows in {comparison.Current.Description}, judged by {comparison.ReferenceText}: {string.Join("; ", causes)}{more}."
            + (absent.Length > 0 ? " " + absent : "");
    }
}
