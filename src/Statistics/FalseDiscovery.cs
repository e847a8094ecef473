namespace Slipway.Statistics;

/// <summary>Several tests at once: the rate of false discoveries is kept (Benjamini and Hochberg, 1995).</summary>
public static class FalseDiscovery
{
    /// <summary>
    /// Adjusted p-values in the same order: rejecting those below q keeps the expected share of false rejections at q.
    /// NaN (not measured) stays NaN and does not count. As scipy.stats.false_discovery_control, method "bh".
    /// </summary>
    public static double[] Adjust(IReadOnlyList<double> pValues)
    {
        var order = Enumerable.Range(0, pValues.Count).Where(i => !double.IsNaN(pValues[i])).OrderBy(i => pValues[i]).ToArray();
        double[] adjusted = [.. pValues];
        var least = 1.0;
        for (var rank = order.Length; rank > 0; rank--)
        {
            var index = order[rank - 1];
            least = Math.Min(least, pValues[index] * order.Length / rank);
            adjusted[index] = least;
        }

        return adjusted;
    }
}
