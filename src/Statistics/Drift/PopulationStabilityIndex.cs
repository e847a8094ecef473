namespace Slipway.Statistics.Drift;

/// <summary>
/// Σ (p − q) ln(p / q). The logarithm has no value at an empty bin, so a share of 0 counts as 0.0001; the other shares
/// stay as they are. By custom 0.1 is a slight and 0.25 a strong shift.
/// </summary>
internal sealed class PopulationStabilityIndex : IBinnedStatistic
{
    internal const double Floor = 1e-4;

    public string Name => "population_stability_index";

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
            p = p == 0 ? Floor : p;
            q = q == 0 ? Floor : q;
            sum += (p - q) * Math.Log(p / q);
        }

        return sum;
    }
}
