using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Statistics;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Quality;
using Xunit;

namespace Slipway.Unit.Statistics;

/// <summary>
/// Golden values of scikit-learn 1.2.1 (PCA of StandardScaler's columns with n_components=0.65 and svd_solver='full', mean of
/// the rows' norms of X − inverse_transform(transform(X)); ndcg_score) and of R's p.adjust(p, "BH").
/// </summary>
public sealed class WindowStatisticsTests
{
    [Fact]
    public void The_error_of_reconstruction_agrees_with_sklearn()
    {
        var (reference, current) = PcaReconstructionError.MeanErrors(Columns(0), Columns(0.5));

        Assert.Equal(0.8710728063965676, reference, 1e-9);
        Assert.Equal(1.049049622138537, current, 1e-9);
        Assert.Equal(0, new PcaReconstructionError().Measure(Columns(0), Columns(0)), 1e-12);
    }

    [Fact]
    public void Rows_of_constants_and_nulls_have_no_error_of_reconstruction()
    {
        double[][] columns = [[1, 1, 1], [double.NaN, double.NaN, double.NaN]];

        Assert.Equal(0, new PcaReconstructionError().Measure(columns, columns));
        Assert.Equal(double.NaN, new PcaReconstructionError().Measure([[]], [[]]));
    }

    [Fact]
    public void The_gain_of_a_ranking_agrees_with_sklearn()
    {
        Assert.Equal(0.824016849390791, RankGain.Ndcg([0.5, 0.3, 0.1, 0.05, 0.05], [0.2, 0.4, 0.1, 0.1, 0.25]), 1e-12);
        Assert.Equal(1, RankGain.Ndcg([0.5, 0.3, 0.1], [9, 8, 7]), 1e-12);
        Assert.Equal(double.NaN, RankGain.Ndcg([0, 0], [1, 2]));
    }

    [Fact]
    public void False_discoveries_are_controlled_as_by_Benjamini_and_Hochberg()
    {
        var adjusted = FalseDiscovery.Adjust([0.01, 0.04, double.NaN, 0.03, 0.002, 0.5, 0.8]);

        Assert.Equal([0.03, 0.06, double.NaN, 0.06, 0.012, 0.6, 0.8], adjusted.Select(p => Math.Round(p, 12)));
    }

    [Fact]
    public void Sorting_by_radix_is_sorting() => Prop.ForAll<double[]>(few =>
    {
        double[] values = [.. Enumerable.Range(0, 5000).Select(i => few.Length == 0 ? -i : few[i % few.Length] * (i % 7 - 3))];
        values = [.. values.Where(value => !double.IsNaN(value))];
        var expected = values.Order().ToArray();

        SortedSample.Sort(values);

        Assert.Equal(expected, values);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    [Fact]
    public void Bins_of_a_pair_are_those_of_the_profile() => Prop.ForAll<double[], double[]>((reference, current) =>
    {
        var profile = FeatureProfile.OfNumbers("x", [.. reference]);
        var counts = new long[profile.BinCount];
        foreach (var value in current)
            counts[profile.BinOf(value)]++;

        var binned = new NumberPair(reference.ToArray(), current.ToArray()).Binned("x");

        Assert.Equal(profile.Counts, binned.Reference.Counts);
        Assert.Equal(profile.Edges, binned.Reference.Edges);
        Assert.Equal(counts, binned.Current);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void Values_outside_of_the_reference_are_counted()
    {
        var pair = new NumberPair(
            new double[] { 3, 1, double.NaN, 2 }, new double[] { 0, 1, 3, 3.5, double.PositiveInfinity, double.NegativeInfinity, double.NaN });

        Assert.Equal((4, 1, 1, 3), (pair.OutOfBounds(), pair.ReferenceNulls, pair.CurrentNulls, pair.ReferenceDistinct(10)));
        Assert.Equal(0, new NumberPair(new double[] { double.NaN }, new double[] { 1 }).OutOfBounds());
    }

    [Fact]
    public void A_million_categories_are_counted_and_binned()
    {
        var counts = new CategoryCounts();
        for (var i = 0; i < 1_000_000; i++)
            counts.Add(Encoding.UTF8.GetBytes($"customer-{i}"), current: false);
        for (var i = 999_000; i < 1_001_000; i++)
            counts.Add(Encoding.UTF8.GetBytes($"customer-{i}"), current: true);
        counts.AddNull(current: true);

        var (reference, current) = counts.Binned("customer");

        Assert.Equal((1_001_000, 1_000_000, 1000), (counts.Distinct, counts.ReferenceDistinct, counts.Unseen));
        Assert.Equal((1_000_000, 2001), (reference.Rows, current.Sum()));
        Assert.Equal((999_950, 2000, 1), (reference.Counts[^2], current[^2], current[^1]));
        Assert.All(reference.Categories, category => Assert.StartsWith("customer-", category, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(FeatureType.Numeric, 1000, 900, "two_sample_kolmogorov_smirnov_test", 0.05)]
    [InlineData(FeatureType.Numeric, 1001, 900, "normalized_wasserstein_distance", 0.1)]
    [InlineData(FeatureType.Numeric, 1000, 5, "pearsons_chi_squared_test", 0.05)]
    [InlineData(FeatureType.Numeric, 5000, 5, "jensen_shannon_distance", 0.1)]
    [InlineData(FeatureType.Categorical, 1000, 2, "proportion_z_test", 0.05)]
    [InlineData(FeatureType.Categorical, 1000, 9, "pearsons_chi_squared_test", 0.05)]
    [InlineData(FeatureType.Categorical, 1001, 2, "jensen_shannon_distance", 0.1)]
    public void The_statistic_is_chosen_by_type_values_and_rows(FeatureType type, long rows, int distinct, string name, double threshold)
    {
        var choice = DriftChoice.For(type, rows, distinct);

        Assert.Equal((name, threshold), (choice.Statistic.Name, choice.Threshold));
    }

    [Fact]
    public void Rates_of_quality_are_shares_of_all_rows()
    {
        var counts = new QualityCounts(200, 10, 4, 6, 2);

        Assert.Equal([0.05, 0.02, 0.03, 0.01], QualityStatistics.All.Select(one => one.Measure(counts)));
        Assert.All(QualityStatistics.All, one => Assert.Equal(double.NaN, one.Measure(new QualityCounts(0, 0, 0, 0, 0))));
    }

    private static double[][] Columns(double shift)
    {
        var x = Wave(i => Math.Sin(i * 0.7));
        var y = Wave(i => Math.Cos(i * 1.3));
        return
        [
            x,
            Wave(i => (2 * x[i]) + (y[i] * 0.5) + (shift * Math.Cos(i * 0.11) * 3)),
            Wave(i => y[i] - (x[i] * 0.3)),
            Wave(i => Math.Sin(i * 0.05) + (shift * x[i])),
        ];
    }

    private static double[] Wave(Func<int, double> value) => [.. Enumerable.Range(0, 200).Select(value)];
}
