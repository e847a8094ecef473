namespace Slipway.Statistics.Linear;

/// <summary>
/// Least squares with a penalty on the size of the weights, by coordinate descent (Friedman, Hastie and Tibshirani, 2010):
/// 1/(2n)·‖y − Xw‖² + α·ratio·‖w‖₁ + α·(1 − ratio)/2·‖w‖², as scikit-learn's ElasticNet has it. A ratio of 0 is ridge, of 1 the lasso.
/// </summary>
public static class ElasticNet
{
    private const int MostRounds = 10_000;

    /// <param name="rows">The features, row after row; best with a mean of 0 and a deviation of 1.</param>
    /// <param name="weights">How much each row counts; empty: all the same.</param>
    public static LinearWeights Fit(
        double[] rows, double[] target, double[] weights, double alpha, double ratio, CancellationToken ct, double tolerance = 1e-9)
    {
        var width = rows.Length / target.Length;
        var moments = Moments.Of(rows, target, weights, width, ct);
        var found = Descend(moments, alpha * ratio, alpha * (1 - ratio), tolerance, ct);
        return new LinearWeights([found], [moments.TargetMean - Dense.Dot(found, moments.Means)]);
    }

    private static double[] Descend(Moments moments, double lasso, double ridge, double tolerance, CancellationToken ct)
    {
        var width = moments.Means.Length;
        var found = new double[width];

        // What each feature still has in common with the error.
        var left = (double[])moments.WithTarget.Clone();
        var limit = tolerance * Math.Sqrt(moments.TargetVariance);
        for (var round = 0; round < MostRounds; round++)
        {
            ct.ThrowIfCancellationRequested();
            var largest = 0.0;
            for (var at = 0; at < width; at++)
            {
                var own = moments.Products[at][at];
                var pull = left[at] + (own * found[at]);
                var next = own + ridge == 0 ? 0 : Math.Sign(pull) * Math.Max(0, Math.Abs(pull) - lasso) / (own + ridge);
                var change = next - found[at];
                if (change == 0)
                    continue;
                found[at] = next;
                Dense.AddTimes(left, -change, moments.Products[at]);
                largest = Math.Max(largest, Math.Abs(change) * Math.Sqrt(own));
            }

            if (largest <= limit)
                break;
        }

        return found;
    }

    /// <summary>Means and mean products around them: all that the descent asks of the rows, however many there are.</summary>
    private sealed record Moments(double[] Means, double TargetMean, double TargetVariance, double[][] Products, double[] WithTarget)
    {
        public static Moments Of(double[] rows, double[] target, double[] weights, int width, CancellationToken ct)
        {
            double Weight(int row) => weights.Length == 0 ? 1 : weights[row];
            double total = 0, targetMean = 0;
            var means = new double[width];
            for (var row = 0; row < target.Length; row++)
            {
                total += Weight(row);
                targetMean += Weight(row) * target[row];
                Dense.AddTimes(means, Weight(row), rows.AsSpan(row * width, width));
            }

            targetMean /= total;
            Dense.Scale(means, 1 / total);
            var products = Enumerable.Range(0, width).Select(_ => new double[width]).ToArray();
            var (withTarget, variance, centered) = (new double[width], 0.0, new double[width]);
            for (var row = 0; row < target.Length; row++)
            {
                if ((row & 0xFFF) == 0)
                    ct.ThrowIfCancellationRequested();
                rows.AsSpan(row * width, width).CopyTo(centered);
                Dense.AddTimes(centered, -1, means);
                var (share, error) = (Weight(row) / total, target[row] - targetMean);
                for (var at = 0; at < width; at++)
                    Dense.AddTimes(products[at], share * centered[at], centered);
                Dense.AddTimes(withTarget, share * error, centered);
                variance += share * error * error;
            }

            return new Moments(means, targetMean, variance, products, withTarget);
        }
    }
}
