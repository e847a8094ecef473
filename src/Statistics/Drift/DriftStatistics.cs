using Slipway.Kernel;

namespace Slipway.Statistics.Drift;

/// <summary>The drift statistics that Slipway brings.</summary>
public static class DriftStatistics
{
    public static IReadOnlyList<IDriftStatistic> All { get; } =
    [
        new PopulationStabilityIndex(),
        new JensenShannonDistance(),
        new TotalVariationDistance(),
        new HellingerDistance(),
        new PearsonsChiSquaredTest(),
        new ProportionZTest(),
        new KolmogorovSmirnovTest(),
        new NormalizedWassersteinDistance(),
        new PcaReconstructionError(),
    ];

    public static Policies<IDriftStatistic> ByName { get; } = new(All);
}
