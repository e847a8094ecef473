namespace Slipway.Statistics.Drift;

/// <summary>√(½ Σ (√p − √q)²): a metric from 0 (equal) to 1 (nothing shared).</summary>
internal sealed class HellingerDistance : IBinnedStatistic
{
    public string Name => "hellinger_distance";

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
            var difference = Math.Sqrt(p) - Math.Sqrt(q);
            sum += difference * difference;
        }

        return Math.Min(Math.Sqrt(sum / 2), 1);
    }
}
