using System.Globalization;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Statistics;

namespace Slipway.Monitoring.Runs;

/// <summary>Measures how good the answers were, by the labels that have come.</summary>
internal static class PerformanceMeasurement
{
    public static SignalResult Measure(PerformanceSignal signal, CollectedWindow window, CancellationToken ct)
    {
        if (!window.Columns.Contains("output_score"))
            return SignalResult.NotMeasured(signal, "No score was collected.");
        var (scores, outcomes, unusable) = Labelled(window, ct);
        if (scores.Count < signal.LeastRows)
        {
            return SignalResult.NotMeasured(
                signal,
                $"{scores.Count:N0} labelled rows in {WindowText.Of(window.Window)} are too few to judge performance; "
                + $"minimum_rows is {signal.LeastRows:N0}.") with
            { Labelled = scores.Count };
        }

        var figures = BinaryMetrics.Of([.. scores], [.. outcomes]);
        var metrics = PerformanceMetrics.Names.Select(name => Metric(signal, name, PerformanceMetrics.Of(figures, name))).ToList();
        metrics.Add(new MonitorMetric(signal.Name, null, "positive_rate", (double)figures.Positives / figures.Rows, null, false));
        return new SignalResult(signal, true, metrics, Tell(metrics, scores.Count, unusable, window), scores.Count);
    }

    private static (List<double> Scores, List<bool> Outcomes, long Unusable) Labelled(CollectedWindow window, CancellationToken ct)
    {
        var scores = new List<double>();
        var outcomes = new List<bool>();
        long unusable = 0;
        using var result = window.Read(
            ["try_cast(output_score as double)", "cast(label as double)"], "label is not null", ct);
        foreach (var chunk in result.Chunks())
        {
            var score = chunk.Column(0);
            var numbers = score.Values<double>();
            var labels = chunk.Column(1).Values<double>();
            for (var row = 0; row < numbers.Length; row++)
            {
                if (!score.IsValid(row) || !(numbers[row] >= 0 && numbers[row] <= 1) || !double.IsFinite(labels[row]))
                {
                    unusable++;
                    continue;
                }

                scores.Add(numbers[row]);
                outcomes.Add(labels[row] >= 0.5);
            }
        }

        return (scores, outcomes, unusable);
    }

    private static MonitorMetric Metric(PerformanceSignal signal, string name, double value)
    {
        double? threshold = signal.Limits.TryGetValue(name, out var limit) ? limit : null;
        var crossed = threshold is not null && (PerformanceMetrics.IsLoss(name) ? value > threshold : value < threshold);
        return new MonitorMetric(signal.Name, null, name, double.IsFinite(value) ? value : null, threshold, crossed);
    }

    private static string? Tell(List<MonitorMetric> metrics, int rows, long unusable, CollectedWindow window)
    {
        var left = unusable == 0 ? null : $"{unusable:N0} labelled rows have no score between 0 and 1 and were left out.";
        var causes = metrics.Where(metric => metric.Crossed).Select(metric => string.Create(
            CultureInfo.InvariantCulture,
            $"{metric.Metric} {metric.Value:0.####} {(PerformanceMetrics.IsLoss(metric.Metric) ? '>' : '<')} {metric.Threshold:0.####}")).ToList();
        return causes.Count == 0
            ? left
            : $"{string.Join("; ", causes)} over {rows.ToString("N0", CultureInfo.InvariantCulture)} labelled rows "
                + $"of {WindowText.Of(window.Window)}.{(left is null ? "" : " " + left)}";
    }
}
