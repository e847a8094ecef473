using FsCheck;
using FsCheck.Fluent;
using Slipway.Statistics.Drift;
using Xunit;

namespace Slipway.Unit.Statistics;

public sealed class DriftPropertyTests
{
    private static readonly string[] s_distances =
        ["jensen_shannon_distance", "total_variation_distance", "hellinger_distance"];

    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(200);

    // Two windows over the same 1 to 12 bins, some of them empty, each with at least one row.
    private static Arbitrary<(long[] P, long[] Q)> Windows { get; } = Gen
        .Choose(1, 12)
        .SelectMany(bins => Counts(bins).SelectMany(p => Counts(bins).Select(q => (p, q))))
        .ToArbitrary();

    [Fact]
    public void Distances_are_symmetric_and_between_0_and_1() => Check((p, q) =>
    {
        foreach (var distance in s_distances.Select(Get))
        {
            var there = distance.Measure(p, q);
            Assert.InRange(there, 0, 1);
            Assert.Equal(there, distance.Measure(q, p), 1e-12);
        }
    });

    [Fact]
    public void The_stability_index_is_symmetric_and_not_negative() => Check((p, q) =>
    {
        var index = Get("population_stability_index").Measure(p, q);

        Assert.True(index >= 0);
        Assert.Equal(index, Get("population_stability_index").Measure(q, p), 1e-12);
    });

    [Fact]
    public void Equal_samples_do_not_drift() => Check((p, _) =>
    {
        foreach (var statistic in DriftStatistics.All.OfType<IBinnedStatistic>())
            Assert.Equal(statistic.IsPValue ? 1 : 0, statistic.Measure(p, p), 1e-9);
    });

    [Fact]
    public void Distances_do_not_depend_on_the_size_or_on_the_order_of_the_bins() => Check((p, q) =>
    {
        foreach (var distance in s_distances.Append("population_stability_index").Select(Get))
        {
            var expected = distance.Measure(p, q);
            Assert.Equal(expected, distance.Measure([.. p.Select(count => count * 7)], q), 1e-9);
            Assert.Equal(expected, distance.Measure([.. p.Reverse()], [.. q.Reverse()]), 1e-9);
        }
    });

    [Fact]
    public void Distances_satisfy_the_triangle_inequality() => Check((p, q) =>
    {
        long[] middle = [.. p.Zip(q, (a, b) => a + (2 * b))];
        foreach (var distance in s_distances.Select(Get))
            Assert.True(distance.Measure(p, q) <= distance.Measure(p, middle) + distance.Measure(middle, q) + 1e-12);
    });

    [Fact]
    public void A_p_value_is_a_probability() => Check((p, q) =>
    {
        foreach (var test in DriftStatistics.All.OfType<IBinnedStatistic>().Where(one => one.IsPValue))
            Assert.InRange(test.Measure(p, q), 0, 1);
    });

    [Fact]
    public void Tests_and_distances_of_values_do_not_depend_on_their_place_or_direction() => Check((p, q) =>
    {
        foreach (var statistic in DriftStatistics.All.OfType<ISampleStatistic>())
        {
            double[] x = [.. p.Select(count => (double)count).Order()], y = [.. q.Select(count => (double)count).Order()];
            var there = statistic.Measure(x, y);
            Assert.Equal(there, statistic.Measure([.. x.Select(v => v + 1000)], [.. y.Select(v => v + 1000)]), 1e-6);
            Assert.Equal(there, statistic.Measure([.. x.Select(v => -v).Order()], [.. y.Select(v => -v).Order()]), 1e-9);
            Assert.Equal(statistic.IsPValue ? 1 : 0, statistic.Measure(x, x));
            if (statistic.IsPValue)
                Assert.Equal(there, statistic.Measure(y, x), 1e-9);
        }
    });

    [Fact]
    public void Every_value_finds_its_bin() => Prop.ForAll<double[]>(values =>
    {
        var profile = FeatureProfile.OfNumbers("x", [.. values]);

        Assert.Equal(values.Length, profile.Rows);
        Assert.InRange(profile.BinCount - 1, 1, FeatureProfile.MostBins);
        foreach (var value in values)
            Assert.True(profile.Counts[profile.BinOf(value)] > 0);
    }).Check(s_config);

    private static Gen<long[]> Counts(int bins) => Gen
        .Choose(0, 1000)
        .Select(count => (long)(count < 200 ? 0 : count))
        .ArrayOf(bins)
        .Where(counts => counts.Any(count => count > 0));

    private static void Check(Action<long[], long[]> property) =>
        Prop.ForAll(Windows, windows => property(windows.P, windows.Q)).Check(s_config);

    private static IBinnedStatistic Get(string name) => (IBinnedStatistic)DriftStatistics.ByName.Get("drift statistic", name);
}
