namespace Slipway.Statistics.Search;

/// <summary>Every combination once; the last parameter changes first.</summary>
public sealed class GridSampler : ISampler
{
    private readonly int[] _counts;

    public GridSampler(SearchSpace space) => _counts = [.. space.Dimensions.Select(dimension => dimension.Distribution is Choices choices
        ? choices.Count
        : throw new ArgumentException($"A grid takes choices; '{dimension.Name}' is none.", nameof(space)))];

    public IReadOnlyList<double>? Next(int number, IReadOnlyList<Observation> before)
    {
        var point = new double[_counts.Length];
        for (var at = _counts.Length - 1; at >= 0; at--)
        {
            point[at] = number % _counts[at];
            number /= _counts[at];
        }

        return number == 0 ? point : null;
    }
}
