namespace Slipway.Statistics.Performance;

/// <summary>
/// The figures of a classifier with two classes over weighted rows, in one pass over rows that are sorted once. An outcome
/// is the probability that the row is of the positive class: 0 or 1 where the label is known; with calibrated probabilities
/// in place of labels the figures are their expected values. Definitions are those of sklearn.metrics.
/// </summary>
public sealed class ClassificationScan
{
    private const double Epsilon = 2.220446049250313e-16;
    private const int CalibrationBins = 10;
    private readonly double[] _scores;
    private readonly double[] _outcomes;
    private readonly double[] _losses;
    private readonly double _threshold;

    /// <param name="scores">Probabilities of the positive class, 0 to 1.</param>
    /// <param name="outcomes">As many.</param>
    /// <param name="threshold">A score at or above it predicts the positive class.</param>
    public ClassificationScan(ReadOnlySpan<double> scores, ReadOnlySpan<double> outcomes, double threshold = 0.5)
    {
        _threshold = threshold;
        _scores = scores.ToArray();
        _outcomes = outcomes.ToArray();
        Array.Sort(_scores, _outcomes);
        Array.Reverse(_scores);
        Array.Reverse(_outcomes);
        _losses = new double[_scores.Length];
        for (var i = 0; i < _losses.Length; i++)
        {
            var score = Math.Clamp(_scores[i], Epsilon, 1 - Epsilon);
            _losses[i] = -(_outcomes[i] * Math.Log(score)) - ((1 - _outcomes[i]) * Math.Log(1 - score));
        }
    }

    public static IReadOnlyList<string> Names { get; } =
        ["accuracy", "precision", "recall", "f1", "auc", "average_precision", "brier", "log_loss", "calibration_error"];

    public int Rows => _scores.Length;

    /// <summary>In the order of the names; NaN where a figure has no value (AUC of one class).</summary>
    /// <param name="weights">How often each row counts, in the order of descending scores; empty: once.</param>
    public double[] Measure(ReadOnlySpan<byte> weights = default)
    {
        Span<double> predicted = stackalloc double[CalibrationBins], observed = stackalloc double[CalibrationBins];
        double total = 0, positives = 0, truePositive = 0, chosen = 0, squares = 0, logs = 0, area = 0, precisions = 0;
        for (var start = 0; start < _scores.Length;)
        {
            var end = start + 1;
            while (end < _scores.Length && _scores[end].Equals(_scores[start]))
                end++;
            var (group, groupPositives) = Tied(start, end, weights, ref squares, ref logs);
            area += (group - groupPositives) * (positives + (groupPositives / 2));
            positives += groupPositives;
            total += group;
            if (total > 0)
                precisions += groupPositives * positives / total;
            if (_scores[start] >= _threshold)
                (truePositive, chosen) = (positives, total);
            var bin = Math.Min((int)(_scores[start] * CalibrationBins), CalibrationBins - 1);
            predicted[bin] += group * _scores[start];
            observed[bin] += groupPositives;
            start = end;
        }

        double calibration = 0;
        for (var bin = 0; bin < CalibrationBins; bin++)
            calibration += Math.Abs(predicted[bin] - observed[bin]);
        return
        [
            Ratio(truePositive + total - positives - (chosen - truePositive), total),
            Ratio(truePositive, chosen),
            Ratio(truePositive, positives),
            Ratio(2 * truePositive, chosen + positives),
            Ratio(area, positives * (total - positives)),
            Ratio(precisions, positives),
            Ratio(squares, total),
            Ratio(logs, total),
            Ratio(calibration, total),
        ];
    }

    private (double Weight, double Positives) Tied(int start, int end, ReadOnlySpan<byte> weights, ref double squares, ref double logs)
    {
        double all = 0, positives = 0, score = _scores[start];
        for (var i = start; i < end; i++)
        {
            double weight = weights.IsEmpty ? 1 : weights[i], outcome = _outcomes[i];
            all += weight;
            positives += weight * outcome;
            squares += weight * ((outcome * (score - 1) * (score - 1)) + ((1 - outcome) * score * score));
            logs += weight * _losses[i];
        }

        return (all, positives);
    }

    private static double Ratio(double part, double whole) => whole == 0 ? double.NaN : part / whole;
}
