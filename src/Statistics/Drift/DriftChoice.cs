namespace Slipway.Statistics.Drift;

/// <summary>The statistic for a column when nobody names one, by the rules of Evidently: its type, its values, the rows.</summary>
/// <param name="Threshold">A p-value below it, or a distance above it, is drift.</param>
public sealed record DriftChoice(IDriftStatistic Statistic, double Threshold)
{
    /// <summary>Up to so many rows of the reference a test is the choice, beyond a distance: tests find any trifle in many rows.</summary>
    public const int MostTestedRows = 1000;

    /// <summary>A number with at most so many different values is compared as a category.</summary>
    public const int FewValues = 5;

    /// <param name="distinct">Different values in the reference.</param>
    public static DriftChoice For(FeatureType type, long referenceRows, int distinct)
    {
        var isNumber = type == FeatureType.Numeric && distinct > FewValues;
        return referenceRows > MostTestedRows
            ? new DriftChoice(Get(isNumber ? "normalized_wasserstein_distance" : "jensen_shannon_distance"), 0.1)
            : new DriftChoice(
                Get(isNumber ? "two_sample_kolmogorov_smirnov_test"
                    : distinct <= 2 ? "proportion_z_test" : "pearsons_chi_squared_test"),
                0.05);
    }

    private static IDriftStatistic Get(string name) => DriftStatistics.ByName.Get("drift statistic", name);
}
