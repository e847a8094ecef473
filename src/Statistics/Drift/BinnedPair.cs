namespace Slipway.Statistics.Drift;

/// <summary>A column of a reference and of a window, counted over the bins of the reference.</summary>
/// <param name="Reference">The bins, with the reference's counts.</param>
/// <param name="Current">The window's counts in the same bins.</param>
public sealed record BinnedPair(FeatureProfile Reference, IReadOnlyList<long> Current);
