using System.Globalization;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Statistics;

namespace Slipway.Monitoring.Measures;

/// <summary>A statistic of a column, or of whole rows.</summary>
internal sealed record DriftFigure(string? Feature, string? Segment, DriftLimit Limit, double Value)
{
    /// <summary>Where the figure lies when it is computed from the values; null: it was.</summary>
    public double? Low { get; init; }

    public double? High { get; init; }
}

/// <summary>Holds the figures of a drift signal against its limits, and tells what was found.</summary>
internal static class DriftVerdicts
{
    private const int MostCauses = 5;

    // The p-values of one statistic over columns and segments are one family of tests.
    public static List<MonitorMetric> Judge(DriftSignal signal, IReadOnlyList<DriftFigure> figures)
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
                Low = figure.Low,
                High = figure.High,
                Bounds = figure.Low is null && figure.High is null ? null : MonitorMetric.Error,
                Adjusted = signal.Adjusts && figure.Limit.Statistic.IsPValue && double.IsFinite(adjusted[i]) ? adjusted[i] : null,
            }),
        ];
    }

    public static string? Tell(
        DriftSignal signal, IReadOnlyList<DriftFigure> figures, List<MonitorMetric> metrics, int columns, Comparison comparison, string absent)
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
}
