namespace Slipway.Statistics.Search;

/// <summary>
/// The tree-structured Parzen estimator of Bergstra, Bardenet, Bengio and Kégl (2011): of some draws from where good trials lie,
/// the one that is likeliest there in proportion to where the others lie. Trials that still run count as bad, so that
/// several at once do not try the same.
/// </summary>
public sealed class TreeParzenSampler(SearchSpace space, ulong seed) : ISampler
{
    /// <summary>The share of the trials that is good.</summary>
    private const double GoodShare = 0.15;

    private const int MostGood = 25;

    /// <summary>Trials that are drawn at random, for the estimate to have something to stand on.</summary>
    private const int AtRandom = 10;

    private const int Candidates = 24;

    private readonly RandomSampler _random = new(space, seed);

    public IReadOnlyList<double> Next(int number, IReadOnlyList<Observation> before)
    {
        if (before.Count(trial => trial.Loss is { } loss && !double.IsNaN(loss)) < AtRandom)
            return _random.Next(number, before);

        var ranked = before.OrderBy(trial => trial.Loss is { } loss && !double.IsNaN(loss) ? loss : double.PositiveInfinity).ToList();
        var good = Math.Min(MostGood, (int)Math.Ceiling(GoodShare * ranked.Count));
        var draws = new Draws(seed, number);
        return [.. space.Dimensions.Select((dimension, at) =>
        {
            var values = ranked.Select(trial => trial.Point[at]).ToList();
            return Next(dimension.Distribution, values[..good], values[good..], draws);
        })];
    }

    private static double Next(Distribution distribution, List<double> good, List<double> bad, Draws draws)
    {
        var (likely, unlikely) = (IParzen.Of(distribution, good), IParzen.Of(distribution, bad));
        var best = double.NaN;
        var bestRatio = double.NegativeInfinity;
        for (var candidate = 0; candidate < Candidates; candidate++)
        {
            var place = likely.Draw(draws);
            var ratio = Math.Log(likely.Density(place)) - Math.Log(unlikely.Density(place));
            if (!(ratio > bestRatio) && candidate > 0)
                continue;
            (best, bestRatio) = (place, ratio);
        }

        return distribution is Continuous scale ? scale.ValueAt(best) : best;
    }
}
