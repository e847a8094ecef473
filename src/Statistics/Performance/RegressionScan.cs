namespace Slipway.Statistics.Performance;

/// <summary>The figures of a regression over weighted rows, in one pass; definitions are those of sklearn.metrics.</summary>
public sealed class RegressionScan(double[] predictions, double[] labels)
{
    private const double Epsilon = 2.220446049250313e-16;

    public static IReadOnlyList<string> Names { get; } = ["mae", "mse", "rmse", "mape", "r2"];

    public int Rows => labels.Length;

    /// <summary>In the order of the names; NaN where a figure has no value (R² of equal labels).</summary>
    /// <param name="weights">How often each row counts; empty: once.</param>
    public double[] Measure(ReadOnlySpan<byte> weights = default)
    {
        double total = 0, absolute = 0, squares = 0, relative = 0, sum = 0;
        for (var i = 0; i < labels.Length; i++)
        {
            double weight = weights.IsEmpty ? 1 : weights[i], error = predictions[i] - labels[i];
            total += weight;
            absolute += weight * Math.Abs(error);
            squares += weight * error * error;
            relative += weight * Math.Abs(error) / Math.Max(Math.Abs(labels[i]), Epsilon);
            sum += weight * labels[i];
        }

        // About the mean, so that labels far from 0 lose no digits.
        double mean = sum / total, spread = 0;
        for (var i = 0; i < labels.Length; i++)
            spread += (weights.IsEmpty ? 1 : weights[i]) * (labels[i] - mean) * (labels[i] - mean);
        return
        [
            absolute / total,
            squares / total,
            Math.Sqrt(squares / total),
            relative / total,
            spread == 0 ? double.NaN : 1 - (squares / spread),
        ];
    }
}
