using Slipway.Kernel;
using Slipway.Statistics.Anomalies;
using Xunit;

namespace Slipway.Unit.Statistics.Anomalies;

public sealed class StlTests
{
    // statsmodels 0.13.5:
    //   y = [10 + 0.05 * i + 3 * sin(2 * pi * i / 12) + ((i * 7919) % 13 - 6) / 10 for i in range(60)]; y[30] += 25
    //   r = STL(y, period=12, …).fit(inner_iter=…, outer_iter=…); r.seasonal[i], r.trend[i], r.weights[i]
    private static readonly int[] s_at = [0, 11, 29, 30, 31, 58, 59];

    [Fact]
    public void Without_weights_it_agrees_with_statsmodels()
    {
        var found = new Stl(period: 12, seasonal: 7, inner: 5, outer: 0).Decompose(Series());

        AssertNear(
            [-0.01420644634181904, -1.6214485030640784, 0.9078992554078811, 6.782349693331669, -1.8245126542804697, -2.4081971427142252, -1.955936709943629],
            found.Season);
        AssertNear(
            [9.781553003020068, 10.549567038879879, 13.426676954409663, 13.482590022120258, 13.525993938094777, 12.862376883636545, 12.900280150024484],
            found.Trend);
        Assert.All(found.Weights, weight => Assert.Equal(1, weight));
    }

    [Fact]
    public void Robust_it_agrees_with_statsmodels_and_leaves_what_is_far_off_out()
    {
        var found = new Stl(period: 12, seasonal: 7).Decompose(Series());

        AssertNear(
            [-0.5524149912653833, -1.1271405932348324, 1.5228733500365306, 0.24709867018275128, -1.4857419521410118, -1.8785097195989648, -1.9044784722625194],
            found.Season);
        AssertNear(
            [9.99275079536679, 10.474235130663988, 11.463006692296693, 11.53293425132547, 11.598854383595098, 12.748882803505609, 12.787313909047121],
            found.Trend);
        AssertNear(
            [0.9035252000066276, 0.9990072481712682, 0.9872726110159603, 0, 0.3375571503862098, 0.8272998433532552, 0.972398779953572], found.Weights);
    }

    // trend_jump=3, low_pass_jump=2: the windows have 21 and 13 points.
    [Fact]
    public void With_jumps_and_constant_seasons_it_agrees_with_statsmodels()
    {
        var found = new Stl(period: 12, seasonal: 11, seasonalDegree: 0, jump: 7).Decompose(Series());

        AssertNear(
            [0.09518567556568096, -1.555678435658631, 1.5049337887584984, 0.21194703414880817, -1.3138577846358543, -2.6832027232190163, -1.6567751890351252],
            found.Season);
        AssertNear(
            [9.824634364215889, 10.560996252869126, 11.454820589178672, 11.503941926595514, 11.554594974294654, 12.921015314449114, 12.976997699482014],
            found.Trend);
    }

    [Fact]
    public void A_line_and_a_season_are_taken_apart_exactly()
    {
        var season = new[] { 1.0, -2, 4, -3 };
        var values = Enumerable.Range(0, 40).Select(i => 5 + (0.5 * i) + season[i % 4]).ToArray();

        var found = new Stl(period: 4).Decompose(values);

        for (var i = 0; i < values.Length; i++)
        {
            Assert.Equal(season[i % 4], found.Season[i], 1e-9);
            Assert.Equal(5 + (0.5 * i), found.Trend[i], 1e-9);
        }
    }

    [Fact]
    public void Less_than_two_seasons_are_refused() =>
        Assert.Equal("23 points are less than two seasons of 12.", Assert.Throws<SlipwayException>(() => new Stl(12).Decompose(new double[23])).Message);

    private static double[] Series()
    {
        var values = Enumerable.Range(0, 60).Select(i => 10 + (0.05 * i) + (3 * Math.Sin(2 * Math.PI * i / 12)) + (((i * 7919 % 13) - 6) / 10.0)).ToArray();
        values[30] += 25;
        return values;
    }

    private static void AssertNear(double[] expected, double[] actual) =>
        Assert.All(expected.Zip(s_at), pair => Assert.Equal(pair.First, actual[pair.Second], 1e-9));
}
