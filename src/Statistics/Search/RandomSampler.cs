namespace Slipway.Statistics.Search;

/// <summary>Independent draws.</summary>
public sealed class RandomSampler(SearchSpace space, ulong seed) : ISampler
{
    public IReadOnlyList<double> Next(int number, IReadOnlyList<Observation> before)
    {
        var draws = new Draws(seed, number);
        return space.At(_ => draws.Share());
    }
}
