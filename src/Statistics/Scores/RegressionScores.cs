namespace Slipway.Statistics.Scores;

/// <summary>How near predictions of a number came, by the names that Azure ML uses.</summary>
public static class RegressionScores
{
    /// <param name="range">The greatest less the least of the numbers that are known; "normalized" is divided by it.</param>
    public static IReadOnlyDictionary<string, double> Of(ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted, double range)
    {
        if (truth.IsEmpty || truth.Length != predicted.Length)
            throw new ArgumentException($"{predicted.Length} predictions are not one for each of {truth.Length} rows.");

        var errors = new double[truth.Length];
        for (var row = 0; row < errors.Length; row++)
            errors[row] = truth[row] - predicted[row];
        var sizes = Array.ConvertAll(errors, Math.Abs);
        var scores = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["explained_variance"] = 1 - Ratio(Spread(errors), Spread(truth)),
            ["mean_absolute_error"] = sizes.Average(),
            ["mean_absolute_percentage_error"] = PercentageError(truth, sizes),
            ["median_absolute_error"] = Median(sizes),
            ["r2_score"] = 1 - Ratio(errors.Sum(error => error * error), Spread(truth)),
            ["root_mean_squared_error"] = Math.Sqrt(errors.Average(error => error * error)),
            ["spearman_correlation"] = Spearman(truth, predicted),
        };
        foreach (var name in new[] { "mean_absolute_error", "median_absolute_error", "root_mean_squared_error" })
            scores[$"normalized_{name}"] = Ratio(scores[name], range);
        return scores;
    }

    // Without any spread nothing can be explained, unless there is nothing to explain: scikit-learn says 1 and 0.
    private static double Ratio(double part, double whole) => whole == 0 ? part == 0 ? 0 : 1 : part / whole;

    private static double Spread(ReadOnlySpan<double> values)
    {
        double mean = 0, sum = 0;
        foreach (var value in values)
            mean += value / values.Length;
        foreach (var value in values)
            sum += (value - mean) * (value - mean);
        return sum;
    }

    // In hundredths, over the rows that are not 0.
    private static double PercentageError(ReadOnlySpan<double> truth, double[] sizes)
    {
        double sum = 0, rows = 0;
        for (var row = 0; row < sizes.Length; row++)
        {
            if (truth[row] == 0)
                continue;
            sum += sizes[row] / Math.Abs(truth[row]);
            rows++;
        }

        return rows == 0 ? double.NaN : 100 * sum / rows;
    }

    private static double Median(double[] values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    // NaN where one of them never changes.
    private static double Spearman(ReadOnlySpan<double> truth, ReadOnlySpan<double> predicted)
    {
        var (a, b, middle) = (Ranks.Mid(truth), Ranks.Mid(predicted), (truth.Length + 1) / 2.0);
        var together = a.Zip(b, (first, second) => (first - middle) * (second - middle)).Sum();
        var apart = Spread(a) * Spread(b);
        return apart == 0 ? double.NaN : together / Math.Sqrt(apart);
    }
}
