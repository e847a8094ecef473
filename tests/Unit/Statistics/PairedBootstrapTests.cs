using FsCheck;
using FsCheck.Fluent;
using Slipway.Kernel;
using Slipway.Statistics;
using Xunit;

namespace Slipway.Unit.Statistics;

public sealed class PairedBootstrapTests
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(50);

    // np.array([.02,-.01,.03,.015,-.005,.01,.04,-.02,.025,.005]*30) + np.linspace(0,.01,300)
    private static readonly double[] s_differences = [.. Enumerable.Range(0, 300).Select(i =>
        ((double[])[.02, -.01, .03, .015, -.005, .01, .04, -.02, .025, .005])[i % 10] + (0.01 * i / 299))];

    /// <remarks>
    /// scipy.stats.bootstrap((d,), np.mean, n_resamples=200000, method='percentile', random_state=1,
    /// confidence_level=.95).confidence_interval, and with .8. Two draws of so many resamples differ by some 1e-5.
    /// </remarks>
    [Theory]
    [InlineData(0.95, 0.013951495261984394, 0.0180458751393534)]
    [InlineData(0.8, 0.014660752508361205, 0.017341644370122634)]
    public void The_interval_is_that_of_scipy(double confidence, double low, double high)
    {
        var bootstrap = PairedBootstrap.Of(s_differences, resamples: 50_000, confidence: confidence);

        Assert.Equal(0.016, bootstrap.Mean, 12);
        Assert.Equal(low, bootstrap.Low, 5e-5);
        Assert.Equal(high, bootstrap.High, 5e-5);
        Assert.Equal(0, bootstrap.ShareBelowZero);
    }

    [Fact]
    public void The_other_sign_gives_the_mirrored_interval() => Check(differences =>
    {
        var one = PairedBootstrap.Of(differences, resamples: 200);
        var other = PairedBootstrap.Of(Array.ConvertAll(differences, value => -value), resamples: 200);

        Assert.Equal(one.Mean, -other.Mean, 1e-12);
        Assert.Equal(one.Low, -other.High, 1e-9);
        Assert.Equal(one.High, -other.Low, 1e-9);
    });

    [Fact]
    public void The_interval_lies_within_the_values_and_moves_with_them() => Check(differences =>
    {
        var one = PairedBootstrap.Of(differences, resamples: 200);
        var moved = PairedBootstrap.Of(Array.ConvertAll(differences, value => value + 3), resamples: 200);

        Assert.InRange(one.Low, differences.Min() - 1e-12, one.High);
        Assert.InRange(one.High, one.Low, differences.Max() + 1e-12);
        Assert.Equal(one.Low + 3, moved.Low, 1e-9);
        Assert.InRange(one.ShareBelowZero, 0, 1);
    });

    [Fact]
    public void The_seed_decides_the_draw()
    {
        Assert.Equal(PairedBootstrap.Of(s_differences, seed: 4), PairedBootstrap.Of(s_differences, seed: 4));
        Assert.NotEqual(PairedBootstrap.Of(s_differences, seed: 4), PairedBootstrap.Of(s_differences, seed: 5));
    }

    [Fact]
    public void Rows_of_one_block_stay_together()
    {
        // A block is a hundred rows, and the rows of each are alike.
        var alike = Enumerable.Range(0, 100_000).Select(i => i / 100 % 2 == 0 ? 1.0 : -1.0).ToArray();

        var bootstrap = PairedBootstrap.Of(alike);

        // One by one the interval would be ±1.96 / √100,000 = ±0.006; a thousand blocks have ±1.96 / √1,000 = ±0.062.
        Assert.InRange(bootstrap.High, 0.05, 0.075);
    }

    [Fact]
    public void Nothing_to_draw_from_and_impossible_confidences_are_refused()
    {
        Assert.Throws<SlipwayException>(() => PairedBootstrap.Of([]));
        Assert.Throws<SlipwayException>(() => PairedBootstrap.Of([1], confidence: 95));
        Assert.Throws<SlipwayException>(() => PairedBootstrap.Of([1], confidence: double.NaN));
    }

    // 1 to 80 differences between -1 and 1, many of them equal.
    private static void Check(Action<double[]> holds) => Prop
        .ForAll(
            Gen.Choose(1, 80).SelectMany(rows => Gen.Choose(-10, 10).Select(value => value / 10.0).ArrayOf(rows)).ToArbitrary(),
            holds)
        .Check(s_config);
}
