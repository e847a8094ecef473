namespace Slipway.Statistics.Drift;

/// <summary>Half the sum of the differences of the shares: the part of the rows that lies elsewhere, 0 to 1.</summary>
internal sealed class TotalVariationDistance : IBinnedStatistic
{
    public string Name => "total_variation_distance";

    public bool IsPValue => false;

    public bool Suits(FeatureType type) => true;

    public double Measure(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        var shares = new Shares(reference, current);
        if (shares.IsEmpty)
            return double.NaN;
        double sum = 0;
        for (var bin = 0; bin < shares.Count; bin++)
        {
            var (p, q) = shares[bin];
            sum += Math.Abs(p - q);
        }

        return Math.Min(sum / 2, 1);
    }
}
