namespace Slipway.Statistics.Search;

/// <summary>A parameter that is searched.</summary>
public sealed record Dimension(string Name, Distribution Distribution);

/// <summary>The parameters that are searched. A point is a value for each, in this order.</summary>
public sealed record SearchSpace(IReadOnlyList<Dimension> Dimensions)
{
    internal double[] At(Func<int, double> share) =>
        [.. Dimensions.Select((dimension, index) => dimension.Distribution.At(share(index)))];
}

/// <summary>A trial of a search so far.</summary>
/// <param name="Loss">Less is better; NaN: it failed; null: it still runs.</param>
public sealed record Observation(IReadOnlyList<double> Point, double? Loss);

/// <summary>
/// Chooses the points of a search. It remembers nothing, so that a search may go on in another process: the same number and
/// the same trials before it give the same point.
/// </summary>
public interface ISampler
{
    /// <summary>The point of a trial; null when all points have been given.</summary>
    /// <param name="number">From 0 on.</param>
    /// <param name="before">The trials with smaller numbers, in their order.</param>
    IReadOnlyList<double>? Next(int number, IReadOnlyList<Observation> before);
}
