namespace Slipway.Statistics.Drift;

/// <summary>Half the sum of the differences of the shares: the part of the rows that lies elsewhere, 0 to 1.</summary>
internal sealed class TotalVariationDistance : IBinnedStatistic
{
    public string Name => "total_variation_distance";

    public bool IsPValue => false;

    public bool Suits(FeatureType type) => true;

    public double Measure(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) =>
        Math.Min(new Shares(reference, current).Sum((p, q) => Math.Abs(p - q)) / 2, 1);
}
