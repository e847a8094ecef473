namespace Slipway.Statistics.Drift;

/// <summary>√(½ Σ (√p − √q)²): a metric from 0 (equal) to 1 (nothing shared).</summary>
internal sealed class HellingerDistance : IBinnedStatistic
{
    public string Name => "hellinger_distance";

    public bool IsPValue => false;

    public bool Suits(FeatureType type) => true;

    public double Measure(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) =>
        Math.Min(Math.Sqrt(new Shares(reference, current).Sum((p, q) => Square(Math.Sqrt(p) - Math.Sqrt(q))) / 2), 1);

    private static double Square(double number) => number * number;
}
