using System.Globalization;
using Slipway.Engines.DuckDb;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Runs;
using Slipway.Monitoring.Tables;
using Slipway.Statistics;

namespace Slipway.Monitoring.Measures;

/// <summary>
/// Whether the answers depend on the same inputs as before. On each side trees learn the answer from the inputs (of the
/// reference its target, of production what was predicted); a feature's importance is its mean absolute contribution (SHAP
/// values of the trees). The figure is the NDCG of production's ranking with the reference's importances as relevance.
/// </summary>
internal static class AttributionMeasurement
{
    private const int Rounds = 60;

    public static SignalResult Measure(AttributionSignal signal, Comparison comparison, CancellationToken ct)
    {
        var reference = comparison.Reference!;
        if (comparison.Current.Score is null)
            return SignalResult.NotMeasured(signal, "No score was collected.");
        if ((reference.Label is not null && reference.Answered.Count == 0 ? reference.Label : reference.Score) is not { } target)
            return SignalResult.NotMeasured(signal, $"{reference.Description} has no target; name its target_column in data_column_names.");
        var (columns, absent) = ComparedColumns.OfInputs(signal, comparison);
        if (columns.Count == 0)
            return SignalResult.NotMeasured(signal, absent);
        string[] features = [.. columns.Select(column => column.Feature)];
        var (before, now) = (new Slice(reference, null), new Slice(comparison.Current, null));
        var shares = features.Select(feature => RowSample.Shares(comparison.Connection, before, feature, ct)).ToArray();
        var least = Math.Min(reference.Rows, comparison.Current.Rows);
        if (least < signal.LeastRows)
        {
            return SignalResult.NotMeasured(signal, $"{least:N0} rows are too few to judge attributions; minimum_rows is {signal.LeastRows:N0}.") with
            {
                Metrics = [DriftMeasurement.TooFew(signal, null, least)],
            };
        }

        var here = Importances(comparison.Connection, before, features, target, shares, ct);
        var there = Importances(comparison.Connection, now, features, comparison.Current.Score, shares, ct);
        return Result(signal, features, here, there, comparison, absent);
    }

    /// <summary>The mean absolute contribution of each feature to a tree model of the target.</summary>
    public static double[] Importances(
        DuckDbConnection connection, Slice slice, IReadOnlyList<string> features, string target,
        IReadOnlyList<Dictionary<string, double>?> shares, CancellationToken ct)
    {
        var columns = RowSample.Read(connection, slice, features, [target], shares, ct);
        bool[] usable = [.. columns[^1].Select(double.IsFinite)];
        columns = [.. columns.Select(column => column.Where((_, row) => usable[row]).ToArray())];
        if (columns[^1].Length == 0)
            return new double[features.Count];
        using var matrix = Surrogate.Matrix(columns[..^1]);
        matrix.SetLabel(Array.ConvertAll(columns[^1], value => (float)value));
        using var booster = Surrogate.Train(matrix, "reg:squarederror", Rounds);
        var contributions = booster.Contributions(matrix);
        var importances = new double[features.Count];
        var width = features.Count + 1;
        for (var i = 0; i < contributions.Length; i++)
        {
            if (i % width < features.Count)
                importances[i % width] += Math.Abs(contributions[i]) / matrix.RowCount;
        }

        return importances;
    }

    private static SignalResult Result(
        AttributionSignal signal, string[] features, double[] here, double[] there, Comparison comparison, string absent)
    {
        var gain = RankGain.Ndcg(here, there);
        var crossed = gain < signal.Threshold;
        MonitorMetric[] metrics =
        [
            new(signal.Name, null, AttributionMetric.Name, double.IsFinite(gain) ? gain : null, signal.Threshold, crossed),
            .. features.SelectMany((feature, i) => new[]
            {
                new MonitorMetric(signal.Name, feature, "reference_importance", here[i], null, false),
                new MonitorMetric(signal.Name, feature, "production_importance", there[i], null, false),
            }),
        ];
        var text = crossed
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The answers depend on other inputs in {comparison.Current.Description} than in {comparison.ReferenceText}: {AttributionMetric.Name} {gain:0.####} < {signal.Threshold:0.####}; now {Order(features, there)}; before {Order(features, here)}.")
            : null;
        return new SignalResult(signal, true, metrics, text is null ? (absent.Length > 0 ? absent : null) : $"{text}{(absent.Length > 0 ? " " + absent : "")}");
    }

    private static string Order(string[] features, double[] importances) =>
        string.Join(", ", features.Zip(importances).OrderByDescending(pair => pair.Second).Take(3).Select(pair => pair.First));
}
