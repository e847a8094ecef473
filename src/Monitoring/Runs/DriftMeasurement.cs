using System.Globalization;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Runs;

/// <summary>Measures a drift signal: inputs, or the score, against the model's training profile.</summary>
internal static class DriftMeasurement
{
    private const string Score = "output_score";
    private const int MostCauses = 5;

    public static SignalResult Measure(DriftSignal signal, CollectedWindow window, Reference reference, CancellationToken ct)
    {
        var (columns, absent) = signal.OfPredictions ? ScoreColumn(window, reference) : InputColumns(signal, window, reference);
        if (columns.Count == 0)
            return SignalResult.NotMeasured(signal, absent);

        // Versions score differently: the profile describes one of them.
        var where = signal.OfPredictions ? $"model_version = {reference.Version.Number.ToString(CultureInfo.InvariantCulture)}" : null;
        var counts = ColumnCounts.Of(window, columns, where, ct);
        var rows = counts[0].Sum();
        if (rows < signal.LeastRows)
            return SignalResult.NotMeasured(signal, $"{rows:N0} rows are too few to judge drift; minimum_rows is {signal.LeastRows:N0}.");

        var metrics = new List<MonitorMetric>();
        for (var i = 0; i < columns.Count; i++)
            metrics.AddRange(Metrics(signal, columns[i].Profile, counts[i]));
        return new SignalResult(signal, true, metrics, Tell(signal, metrics, columns.Count, window, reference, absent));
    }

    private static (List<(FeatureProfile Profile, string Column)> Columns, string Absent) ScoreColumn(
        CollectedWindow window, Reference reference) => (reference.Profile.Score, window.Columns.Contains(Score)) switch
        {
            (null, _) => ([], $"The training profile of {reference.Version.Node} has no score to compare with."),
            (_, false) => ([], "No score was collected."),
            (var profile, _) => ([(profile, Score)], ""),
        };

    private static (List<(FeatureProfile Profile, string Column)> Columns, string Absent) InputColumns(
        DriftSignal signal, CollectedWindow window, Reference reference)
    {
        var known = reference.Profile.Features.ToDictionary(feature => feature.Name, StringComparer.Ordinal);
        var wanted = signal.Features ?? [.. known.Keys];
        if (wanted.FirstOrDefault(name => !known.ContainsKey(name)) is { } stranger)
        {
            throw SlipwayException.Invalid(
                $"Signal '{signal.Name}' names '{stranger}', which the training profile of {reference.Version.Node} lacks."
                + $"{Nearest.Hint(stranger, known.Keys)} It has: {string.Join(", ", known.Keys)}.");
        }

        var absent = wanted.Where(name => !window.Columns.Contains("input_" + name)).ToList();
        return (
            [.. wanted.Except(absent, StringComparer.Ordinal).Select(name => (known[name], "input_" + name))],
            absent.Count == 0 ? "" : $"The reference has {string.Join(", ", absent)}, but the endpoint did not collect it.");
    }

    private static IEnumerable<MonitorMetric> Metrics(DriftSignal signal, FeatureProfile profile, long[] counts)
    {
        foreach (var limit in profile.Type == FeatureType.Numeric ? signal.Numerical : signal.Categorical)
        {
            var value = limit.Statistic.Measure(profile.Counts, counts);
            yield return new MonitorMetric(
                signal.Name,
                signal.OfPredictions ? null : profile.Name,
                limit.Statistic.Name,
                double.IsFinite(value) ? value : null,
                limit.Threshold,
                limit.IsCrossedBy(value));
        }
    }

    private static string? Tell(
        DriftSignal signal, List<MonitorMetric> metrics, int columns, CollectedWindow window, Reference reference, string absent)
    {
        var crossed = metrics.Where(metric => metric.Crossed).ToList();
        if (crossed.Count == 0)
            return absent.Length > 0 ? absent : null;

        var signs = signal.Numerical.Concat(signal.Categorical).ToLookup(limit => limit.Statistic.Name, limit => limit.Sign);
        var causes = crossed.Take(MostCauses).Select(metric => string.Create(
            CultureInfo.InvariantCulture,
            $"{(metric.Feature is null ? "" : metric.Feature + " ")}{metric.Metric} {metric.Value:0.####} {signs[metric.Metric].First()} {metric.Threshold:0.####}"));
        var drifted = crossed.Select(metric => metric.Feature).Distinct().Count();
        var more = crossed.Count > MostCauses ? $" and {crossed.Count - MostCauses} more" : "";
        return (signal.OfPredictions ? "The predictions" : $"{drifted} of {columns} features")
            + $" drifted in {WindowText.Of(window.Window)} against the training data of {reference.Version.Node}: "
            + $"{string.Join("; ", causes)}{more}.{(absent.Length > 0 ? " " + absent : "")}";
    }
}
