namespace Slipway.Statistics.Drift;

/// <summary>The square root of the Jensen-Shannon divergence to base 2: a metric from 0 (equal) to 1 (nothing shared).</summary>
internal sealed class JensenShannonDistance : IBinnedStatistic
{
    public string Name => "jensen_shannon_distance";

    public bool IsPValue => false;

    public bool Suits(FeatureType type) => true;

    public double Measure(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        var divergence = new Shares(reference, current).Sum((p, q) => Term(p, (p + q) / 2) + Term(q, (p + q) / 2));

        // Rounding may leave a hair below 0 or above 1.
        return Math.Sqrt(Math.Clamp(divergence / 2, 0, 1));
    }

    private static double Term(double share, double middle) => share == 0 ? 0 : share * Math.Log2(share / middle);
}
