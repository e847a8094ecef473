using MathNet.Numerics;

namespace Slipway.Statistics.Drift;

/// <summary>
/// The two-sided p-value of the pooled z-test on one proportion: the share of the bin that is the fullest in the
/// reference. Meant for columns with two values.
/// </summary>
internal sealed class ProportionZTest : IBinnedStatistic
{
    public string Name => "proportion_z_test";

    public bool IsPValue => true;

    public bool Suits(FeatureType type) => type == FeatureType.Categorical;

    public double Measure(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        var shares = new Shares(reference, current);
        if (shares.IsEmpty)
            return double.NaN;
        var fullest = 0;
        for (var bin = 1; bin < reference.Length; bin++)
            fullest = reference[bin] > reference[fullest] ? bin : fullest;

        var (p, q) = shares[fullest];
        double n = shares.ReferenceRows, m = shares.CurrentRows;
        var pooled = (reference[fullest] + current[fullest]) / (n + m);
        var error = Math.Sqrt(pooled * (1 - pooled) * ((1 / n) + (1 / m)));

        // 2 (1 − Φ(|z|)) = erfc(|z| / √2), without the loss of digits.
        return error == 0 ? 1 : SpecialFunctions.Erfc(Math.Abs(p - q) / error / Constants.Sqrt2);
    }
}
