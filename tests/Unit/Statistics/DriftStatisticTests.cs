using Slipway.Kernel;
using Slipway.Statistics.Drift;
using Xunit;

namespace Slipway.Unit.Statistics;

/// <summary>
/// Golden values of scipy 1.10.1:
/// <code>
/// p, q = np.array([120,80,0,300,45,5]), np.array([90,160,10,200,0,7]); P, Q = p/p.sum(), q/q.sum()
/// Pf, Qf = np.where(P==0, 1e-4, P), np.where(Q==0, 1e-4, Q); np.sum((Pf-Qf)*np.log(Pf/Qf))
/// scipy.spatial.distance.jensenshannon(P, Q, base=2); 0.5*np.abs(P-Q).sum(); np.sqrt(((np.sqrt(P)-np.sqrt(Q))**2).sum()/2)
/// scipy.stats.chi2_contingency([[50,70,30],[55,60,41]], correction=False)[1]
/// n, m = 150, 156; r = 130/(n+m); 2*scipy.stats.norm.sf(abs(70/n - 60/m)/np.sqrt(r*(1-r)*(1/n+1/m)))
/// scipy.stats.ks_2samp(x, y, method='exact').pvalue; scipy.stats.ks_2samp(a, b, method='exact' | 'asymp').pvalue
/// scipy.stats.wasserstein_distance(x, y)/np.std(x)
/// </code>
/// </summary>
public sealed class DriftStatisticTests
{
    private static readonly long[] s_p = [120, 80, 0, 300, 45, 5];
    private static readonly long[] s_q = [90, 160, 10, 200, 0, 7];
    private static readonly double[] s_x = [0.1, 0.4, 0.7, 1.2, 3.3, 5.0, 7.25];
    private static readonly double[] s_y = [0.2, 0.9, 1.1, 2.5, 2.75, 4.0, 6.0, 8.0, 9.5];

    public static TheoryData<string> Binned => [.. DriftStatistics.All.OfType<IBinnedStatistic>().Select(one => one.Name)];

    public static TheoryData<string> Sampled => [.. DriftStatistics.All.OfType<ISampleStatistic>().Select(one => one.Name)];

    [Theory]
    [InlineData("population_stability_index", 0.8658372668701428)]
    [InlineData("jensen_shannon_distance", 0.29558974095654494)]
    [InlineData("total_variation_distance", 0.2244695347479073)]
    [InlineData("hellinger_distance", 0.27697143486591036)]
    public void Distances_over_bins_agree_with_scipy(string name, double expected) =>
        Assert.Equal(expected, OverBins(name).Measure(s_p, s_q), 1e-12);

    [Theory]
    [InlineData("pearsons_chi_squared_test", 0.2732273686966192)]
    [InlineData("proportion_z_test", 0.14663234687439894)]
    public void Tests_over_bins_agree_with_scipy(string name, double expected) =>
        Assert.Equal(expected, OverBins(name).Measure([50, 70, 30], [55, 60, 41]), 1e-12);

    [Fact]
    public void A_tiny_p_value_keeps_its_digits() =>
        Assert.Equal(1, OverBins("pearsons_chi_squared_test").Measure(s_p, s_q) / 4.845110191222942e-20, 1e-9);

    [Theory]
    [InlineData(0, 0.7136363636363634)]
    [InlineData(4, 0.02097902097902098)]
    public void Kolmogorov_Smirnov_of_small_samples_is_exact(double shift, double expected)
    {
        var shifted = s_y.Select(value => value + shift).ToArray();

        Assert.Equal(expected, OverValues("two_sample_kolmogorov_smirnov_test").Measure([.. s_x], shifted), 1e-12);
    }

    [Theory]
    [InlineData(KolmogorovSmirnovMethod.Exact, 0, 0.017493423822105822)]
    [InlineData(KolmogorovSmirnovMethod.Auto, 0, 0.017493423822105822)]
    [InlineData(KolmogorovSmirnovMethod.Asymptotic, 0, 0.01745727153425935)]
    [InlineData(KolmogorovSmirnovMethod.Exact, 0.9, 8.574015717572034e-11)]
    [InlineData(KolmogorovSmirnovMethod.Asymptotic, 0.9, 8.07403739501304e-11)]
    internal void Kolmogorov_Smirnov_agrees_with_scipy_by_each_method(KolmogorovSmirnovMethod method, double shift, double expected)
    {
        var (a, b) = Waves(shift);

        Assert.Equal(1, new KolmogorovSmirnovTest(method).Measure(a, b) / expected, 1e-9);
    }

    [Fact]
    public void Infinite_values_are_left_out_of_the_Wasserstein_distance() => Assert.Equal(
        OverValues("normalized_wasserstein_distance").Measure([1, 2, 3], [2, 3, 4]),
        OverValues("normalized_wasserstein_distance").Measure(
            [double.NegativeInfinity, 1, 2, 3], [2, 3, 4, double.PositiveInfinity, double.PositiveInfinity]));

    [Fact]
    public void Wasserstein_agrees_with_scipy()
    {
        var (a, b) = Waves(0);
        var distance = OverValues("normalized_wasserstein_distance");

        Assert.Equal(0.5230154250330175, distance.Measure([.. s_x], [.. s_y]), 1e-12);
        Assert.Equal(0.13133035905719948, distance.Measure(a, b), 1e-12);
    }

    [Theory]
    [MemberData(nameof(Binned))]
    public void Without_rows_on_one_side_there_is_nothing_to_measure(string name)
    {
        Assert.Equal(double.NaN, OverBins(name).Measure([0, 0, 0], [1, 2, 3]));
        Assert.Equal(double.NaN, OverBins(name).Measure([1, 2, 3], [0, 0, 0]));
        Assert.Equal(double.NaN, OverBins(name).Measure([], []));
    }

    [Theory]
    [MemberData(nameof(Sampled))]
    public void Without_values_on_one_side_there_is_nothing_to_measure(string name)
    {
        Assert.Equal(double.NaN, OverValues(name).Measure([], [1, 2]));
        Assert.Equal(double.NaN, OverValues(name).Measure([1, 2], []));
    }

    [Theory]
    [MemberData(nameof(Binned))]
    public void All_rows_in_one_and_the_same_bin_are_no_drift(string name) =>
        Assert.Equal(OverBins(name).IsPValue ? 1 : 0, OverBins(name).Measure([0, 40, 0], [0, 3, 0]));

    [Fact]
    public void An_unequal_number_of_bins_is_refused() =>
        Assert.Throws<SlipwayException>(() => OverBins("jensen_shannon_distance").Measure([1, 2], [1, 2, 3]));

    [Fact]
    public void A_misspelt_statistic_is_told_the_nearest_name()
    {
        var refusal = Assert.Throws<SlipwayException>(
            () => DriftStatistics.ByName.Get("drift statistic", "jensen_shanon_distance"));

        Assert.Contains("Did you mean 'jensen_shannon_distance'?", refusal.Message, StringComparison.Ordinal);
    }

    private static (double[] A, double[] B) Waves(double shift) => (
        [.. Enumerable.Range(0, 400).Select(i => (Math.Sin(i * 0.37) * 3) + (i / 400.0)).Order()],
        [.. Enumerable.Range(0, 300).Select(i => (Math.Sin(i * 0.53) * 3.2) + (i / 300.0) + 0.3 + shift).Order()]);

    private static IBinnedStatistic OverBins(string name) =>
        Assert.IsAssignableFrom<IBinnedStatistic>(DriftStatistics.ByName.Get("drift statistic", name));

    private static ISampleStatistic OverValues(string name) =>
        Assert.IsAssignableFrom<ISampleStatistic>(DriftStatistics.ByName.Get("drift statistic", name));
}
