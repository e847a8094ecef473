using MathNet.Numerics;

namespace Slipway.Statistics.Drift;

/// <summary>
/// The p-value of Pearson's test of homogeneity on the 2 × k table of counts, without a continuity correction. Bins that
/// both leave empty do not count; with a single bin left, nothing can differ: 1.
/// </summary>
internal sealed class PearsonsChiSquaredTest : IBinnedStatistic
{
    public string Name => "pearsons_chi_squared_test";

    public bool IsPValue => true;

    public bool Suits(FeatureType type) => true;

    public double Measure(ReadOnlySpan<long> reference, ReadOnlySpan<long> current)
    {
        var shares = new Shares(reference, current);
        if (shares.IsEmpty)
            return double.NaN;
        double total = shares.ReferenceRows + shares.CurrentRows, chi = 0;
        var bins = 0;
        for (var bin = 0; bin < reference.Length; bin++)
        {
            double both = reference[bin] + current[bin];
            if (both == 0)
                continue;
            bins++;
            chi += Term(reference[bin], both * shares.ReferenceRows / total);
            chi += Term(current[bin], both * shares.CurrentRows / total);
        }

        return bins < 2 ? 1 : SpecialFunctions.GammaUpperRegularized((bins - 1) / 2.0, chi / 2);
    }

    private static double Term(double observed, double expected) => (observed - expected) * (observed - expected) / expected;
}
