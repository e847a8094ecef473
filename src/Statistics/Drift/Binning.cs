namespace Slipway.Statistics.Drift;

/// <summary>Where a numeric column is cut into bins.</summary>
internal static class Binning
{
    /// <summary>
    /// The edges for ascending values. Up to eight distinct values get a bin each, with one below and one above them all,
    /// so that even a constant column shows drift. Otherwise the edges are the deciles, each once: at most ten bins.
    /// </summary>
    public static double[] Edges(ReadOnlySpan<double> sorted)
    {
        const int MostDistinct = FeatureProfile.MostBins - 2;
        if (sorted.IsEmpty)
            return [];
        var edges = new List<double>();
        foreach (var value in sorted)
        {
            if (edges.Count == 0 || value != edges[^1])
                edges.Add(value);
            if (edges.Count > MostDistinct)
                return Deciles(sorted);
        }

        if (edges[^1] < double.MaxValue)
            edges.Add(Math.BitIncrement(edges[^1]));
        return [.. edges];
    }

    private static double[] Deciles(ReadOnlySpan<double> sorted)
    {
        var edges = new List<double>();
        for (var i = 1; i < FeatureProfile.MostBins; i++)
        {
            var edge = sorted[(int)((long)i * sorted.Length / FeatureProfile.MostBins)];

            // An edge at the least value would leave the first bin empty.
            if (edge > sorted[0] && (edges.Count == 0 || edge > edges[^1]))
                edges.Add(edge);
        }

        return [.. edges];
    }
}
