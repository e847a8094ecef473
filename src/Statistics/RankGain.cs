namespace Slipway.Statistics;

/// <summary>How well one ranking of the same things keeps what matters in another.</summary>
public static class RankGain
{
    /// <summary>
    /// The normalised discounted cumulative gain of ordering by the scores, where the relevance is what each is worth:
    /// Σ relevanceᵢ / log₂(rankᵢ + 1), over its greatest possible value. Ties share their mean, as sklearn.metrics.ndcg_score.
    /// 1: the same order; NaN when nothing is relevant.
    /// </summary>
    public static double Ndcg(IReadOnlyList<double> relevance, IReadOnlyList<double> scores)
    {
        var best = Gain(relevance, relevance);
        return best == 0 ? double.NaN : Gain(relevance, scores) / best;
    }

    private static double Gain(IReadOnlyList<double> relevance, IReadOnlyList<double> scores)
    {
        double gain = 0;
        var rank = 1;
        foreach (var tied in Enumerable.Range(0, scores.Count).GroupBy(i => scores[i]).OrderByDescending(group => group.Key))
        {
            var mean = tied.Average(i => relevance[i]);
            foreach (var _ in tied)
                gain += mean / Math.Log2(++rank);
        }

        return gain;
    }
}
