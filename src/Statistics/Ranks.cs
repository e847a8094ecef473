namespace Slipway.Statistics;

/// <summary>Ranks of a sample.</summary>
internal static class Ranks
{
    /// <summary>Midranks from 1: ties share the mean of their ranks (scipy.stats.rankdata, method "average").</summary>
    public static double[] Mid(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray();
        var order = new int[sorted.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        Array.Sort(sorted, order);

        var ranks = new double[sorted.Length];
        for (var start = 0; start < sorted.Length;)
        {
            var end = start;
            while (end < sorted.Length && sorted[end].Equals(sorted[start]))
                end++;
            for (var i = start; i < end; i++)
                ranks[order[i]] = (start + end + 1) / 2.0;
            start = end;
        }

        return ranks;
    }
}
