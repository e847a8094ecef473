using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Runs;
using Slipway.Monitoring.Tables;
using Slipway.Statistics.Performance;

namespace Slipway.Monitoring.Measures;

/// <summary>Measures how good the answers were, by the labels that have come, with 95 % intervals.</summary>
internal static class PerformanceMeasurement
{
    public static SignalResult Measure(
        PerformanceSignal signal, MonitorTask task, DuckDbConnection connection, DataTable table, CancellationToken ct)
    {
        if (table.Score is null)
            return SignalResult.NotMeasured(signal, "No score was collected.");
        if (table.Label is null)
            return SignalResult.NotMeasured(signal, $"{table.Description} has no labels; name its target_column in data_column_names.");
        var metrics = new List<MonitorMetric>();
        LabelledRows? whole = null;
        foreach (var part in SignalRows.Of(signal, connection, null, table, ct))
        {
            var rows = LabelledRows.Read(connection, new Slice(table, part.Current), labelled: true, task == MonitorTask.Classification, ct);
            whole ??= rows;
            if (rows.Scores.Length >= signal.LeastRows)
                metrics.AddRange(Figures(signal, task, rows, part.Segment));
            else
                metrics.Add(DriftMeasurement.TooFew(signal, part.Segment, rows.Scores.Length));
        }

        var labelled = whole!.Scores.Length;
        return labelled < signal.LeastRows
            ? SignalResult.NotMeasured(
                signal,
                $"{labelled:N0} labelled rows in {table.Description} are too few to judge performance; minimum_rows is {signal.LeastRows:N0}.") with
            { Labelled = labelled, Metrics = metrics }
            : new SignalResult(signal, true, metrics, Tell(metrics, labelled, whole.Unusable, task, table), labelled);
    }

    internal static MonitorMetric Metric(PerformanceSignal signal, string name, double value, (double Low, double High) interval, string? segment)
    {
        double? threshold = signal.Limits.TryGetValue(name, out var limit) ? limit : null;
        var crossed = threshold is not null && (PerformanceMetrics.IsLoss(name) ? value > threshold : value < threshold);
        return new MonitorMetric(signal.Name, null, name, Finite(value), threshold, crossed)
        {
            Segment = segment,
            Low = Finite(interval.Low),
            High = Finite(interval.High),
            Bounds = double.IsFinite(interval.Low) || double.IsFinite(interval.High) ? MonitorMetric.Confidence : null,
        };
    }

    internal static string? Causes(IEnumerable<MonitorMetric> metrics)
    {
        var causes = metrics.Where(metric => metric.Crossed).Select(metric => string.Create(
            CultureInfo.InvariantCulture,
            $"{(metric.Segment is null ? "" : $"({metric.Segment}) ")}{metric.Metric} {metric.Value:0.####} {(PerformanceMetrics.IsLoss(metric.Metric) ? '>' : '<')} {metric.Threshold:0.####}")).ToList();
        return causes.Count == 0 ? null : string.Join("; ", causes);
    }

    private static IEnumerable<MonitorMetric> Figures(PerformanceSignal signal, MonitorTask task, LabelledRows rows, string? segment)
    {
        if (task == MonitorTask.Regression)
        {
            var regression = new RegressionScan(rows.Scores, rows.Labels);
            return Metrics(signal, RegressionScan.Names, regression.Measure(), PoissonBootstrap.Intervals(rows.Scores.Length, regression.Measure), segment);
        }

        var scan = new ClassificationScan(rows.Scores, rows.Labels, signal.DecisionThreshold);
        var slope = CalibrationSlope.Of(rows.Scores, rows.Labels);
        return
        [
            .. Metrics(signal, ClassificationScan.Names, scan.Measure(), PoissonBootstrap.Intervals(rows.Scores.Length, scan.Measure), segment),
            Metric(signal, PerformanceMetrics.Slope, slope.Value, (slope.Low, slope.High), segment),
            new MonitorMetric(signal.Name, null, "positive_rate", rows.Labels.Average(), null, false) { Segment = segment },
        ];
    }

    private static IEnumerable<MonitorMetric> Metrics(
        PerformanceSignal signal, IReadOnlyList<string> names, double[] values, (double Low, double High)[] intervals, string? segment) =>
        names.Select((name, i) => Metric(signal, name, values[i], intervals[i], segment));

    private static string? Tell(List<MonitorMetric> metrics, int rows, long unusable, MonitorTask task, DataTable table)
    {
        var left = unusable == 0 ? null
            : $"{unusable:N0} labelled rows have no {(task == MonitorTask.Classification ? "score between 0 and 1" : "finite prediction")} and were left out.";
        return Causes(metrics) is { } causes
            ? $"{causes} over {rows.ToString("N0", CultureInfo.InvariantCulture)} labelled rows of {table.Description}.{(left is null ? "" : " " + left)}"
            : left;
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
