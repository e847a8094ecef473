using Slipway.Engines.DuckDb;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Definitions;
using Slipway.Monitoring.Tables;
using Slipway.Statistics.Performance;

namespace Slipway.Monitoring.Measures;

/// <summary>
/// Performance of rows whose labels have not come. A classifier's by its confidence (CBPE): scores are calibrated on
/// labelled rows of the reference, and the figures are expected values under them. A regression's by direct loss estimation:
/// trees learn the loss from the inputs and the prediction on the reference. Both assume that what the label is, given the
/// inputs, has not changed; only which inputs come may have.
/// </summary>
internal static class PerformanceEstimate
{
    /// <summary>0: too few labelled rows of a reference are known, so the scores are taken for calibrated.</summary>
    public const string IsCalibrated = "estimate_is_calibrated";

    private const int Rounds = 50;

    /// <param name="reference">Rows with labels; null when there are none.</param>
    public static IReadOnlyList<MonitorMetric> Measure(
        PerformanceSignal signal, MonitorTask task, DuckDbConnection connection, DataTable? reference, DataTable current, CancellationToken ct) =>
        current.Score is null || current.Rows < signal.LeastRows ? []
        : task == MonitorTask.Regression ? ByLoss(signal, connection, reference, current, ct)
        : ByConfidence(signal, connection, reference, current, ct);

    private static IReadOnlyList<MonitorMetric> ByConfidence(
        PerformanceSignal signal, DuckDbConnection connection, DataTable? reference, DataTable current, CancellationToken ct)
    {
        var known = reference is { Score: not null, Label: not null }
            ? LabelledRows.Read(connection, new Slice(reference, null), labelled: true, areProbabilities: true, ct)
            : new LabelledRows([], [], 0);
        var isCalibrated = known.Scores.Length >= signal.LeastRows;
        var rows = LabelledRows.Read(connection, new Slice(current, null), labelled: false, areProbabilities: true, ct);
        if (rows.Scores.Length < signal.LeastRows)
            return [];
        var calibration = isCalibrated ? IsotonicCalibration.Fit(known.Scores, known.Labels) : null;
        var expected = calibration is null ? rows.Scores : Array.ConvertAll(rows.Scores, calibration.Apply);
        var values = new ClassificationScan(rows.Scores, expected, signal.DecisionThreshold).Measure();
        return
        [
            .. Metrics(signal, ClassificationScan.Names, values),
            new MonitorMetric(signal.Name, null, IsCalibrated, isCalibrated ? 1 : 0, null, false),
        ];
    }

    private static IReadOnlyList<MonitorMetric> ByLoss(
        PerformanceSignal signal, DuckDbConnection connection, DataTable? reference, DataTable current, CancellationToken ct)
    {
        if (reference is not { Score: { } score, Label: { } label })
            return [];
        string[] features = [.. reference.Features.Keys.Where(current.Features.ContainsKey)];
        var slice = new Slice(reference, $"{DuckDbSql.Identifier(score)} is not null and {DuckDbSql.Identifier(label)} is not null");
        var shares = features.Select(feature => RowSample.Shares(connection, slice, feature, ct)).ToArray();
        var known = Rows(RowSample.Read(connection, slice, features, [score, label], shares, ct));
        if (known.Columns[0].Length < signal.LeastRows)
            return [];
        var here = Rows([.. RowSample.Read(connection, new Slice(current, null), features, [current.Score!], shares, ct), []]);

        var absolute = Predict(known.Columns, [.. known.Scores.Zip(known.Labels, (a, b) => Math.Abs(a - b))], here.Columns);
        var squared = Predict(known.Columns, [.. known.Scores.Zip(known.Labels, (a, b) => (a - b) * (a - b))], here.Columns);
        var (mae, mse) = (Math.Max(0, absolute), Math.Max(0, squared));
        return Metrics(signal, ["mae", "mse", "rmse"], [mae, mse, Math.Sqrt(mse)]);
    }

    // The prediction is an input of the loss, too.
    private static (double[][] Columns, double[] Scores, double[] Labels) Rows(double[][] columns) => (columns[..^1], columns[^2], columns[^1]);

    private static double Predict(double[][] columns, double[] losses, double[][] rows)
    {
        using var known = Surrogate.Matrix(columns);
        known.SetLabel(Array.ConvertAll(losses, loss => (float)loss));
        using var booster = Surrogate.Train(known, "reg:squarederror", Rounds);
        using var matrix = Surrogate.Matrix(rows);
        return booster.Predict(matrix).Average(value => (double)value);
    }

    private static IReadOnlyList<MonitorMetric> Metrics(PerformanceSignal signal, IReadOnlyList<string> names, double[] values) =>
        [.. names.Select((name, i) => PerformanceMeasurement.Metric(signal, PerformanceMetrics.Estimated + name, values[i], (double.NaN, double.NaN), null))];
}
