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

    public double Measure(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) =>
        new Shares(reference, current).Sum((p, q) => Term(p == 0 ? Floor : p, q == 0 ? Floor : q));

    private static double Term(double p, double q) => (p - q) * Math.Log(p / q);
}
