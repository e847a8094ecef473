using FsCheck;
using FsCheck.Fluent;
using Slipway.Kernel;
using Slipway.Statistics;
using Xunit;

namespace Slipway.Unit.Statistics;

public sealed class DeLongTestTests
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(200);

    private static readonly double[] s_first = [.1, .8, .3, .3, .9, .45, .2, .55, .5, .35, .05, .6];
    private static readonly double[] s_second = [.2, .7, .6, .25, .5, .4, .3, .65, .1, .15, .35, .55];
    private static readonly bool[] s_outcomes =
        [false, true, false, true, true, false, false, true, false, true, false, false];

    private static Arbitrary<(double[] First, double[] Second, bool[] Outcomes)> Pairs { get; } = Gen
        .Choose(4, 60)
        .SelectMany(rows => Scores(rows).SelectMany(first => Scores(rows)
            .SelectMany(second => Gen.Choose(0, 1).Select(bit => bit == 1).ArrayOf(rows)
                .Select(outcomes => (first, second, (bool[])[true, true, false, false, .. outcomes[4..]])))))
        .ToArbitrary();

    /// <remarks>
    /// By the definition, over all pairs, with numpy and scipy: k = [[1 if s[i]>s[j] else .5 if s[i]==s[j] else 0 for j in
    /// negatives] for i in positives]; V10 = k.mean(1), V01 = k.mean(0); S = cov(V10)/m + cov(V01)/n;
    /// se = sqrt(S[0,0]+S[1,1]-2*S[0,1]); p = 2*norm.sf(abs(difference/se))
    /// </remarks>
    [Fact]
    public void The_test_agrees_with_its_definition()
    {
        var test = DeLongTest.Of(s_first, s_second, s_outcomes);

        Assert.Equal(0.7857142857142857, test.FirstAuc, 14);
        Assert.Equal(0.6285714285714286, test.SecondAuc, 14);
        Assert.Equal(0.15692625765032459, test.StandardError, 14);
        Assert.Equal(0.316643002416257, test.PValue, 12);
        // scipy.stats.norm.ppf(.975) = 1.959963984540054
        var (low, high) = test.Interval(0.95);
        Assert.Equal(0.15714285714285714 - (1.959963984540054 * 0.15692625765032459), low, 10);
        Assert.Equal(0.15714285714285714 + (1.959963984540054 * 0.15692625765032459), high, 10);
    }

    [Fact]
    public void Its_areas_are_those_of_the_metrics() => Check((first, second, outcomes) =>
    {
        var test = DeLongTest.Of(first, second, outcomes);

        Assert.Equal(BinaryMetrics.Of(first, outcomes).Auc, test.FirstAuc, 1e-12);
        Assert.Equal(BinaryMetrics.Of(second, outcomes).Auc, test.SecondAuc, 1e-12);
    });

    [Fact]
    public void Changing_sides_changes_the_sign_and_nothing_else() => Check((first, second, outcomes) =>
    {
        var test = DeLongTest.Of(first, second, outcomes);
        var turned = DeLongTest.Of(second, first, outcomes);

        Assert.Equal(test.Difference, -turned.Difference, 1e-12);
        Assert.Equal(test.StandardError, turned.StandardError, 1e-12);
        Assert.Equal(test.PValue, turned.PValue, 1e-9);
        Assert.InRange(test.PValue, 0, 1);
    });

    [Fact]
    public void Only_the_order_of_the_scores_counts() => Check((first, second, outcomes) =>
    {
        var test = DeLongTest.Of(first, second, outcomes);
        var stretched = DeLongTest.Of(Array.ConvertAll(first, score => Math.Exp(3 * score)), second, outcomes);

        Assert.Equal(test.Difference, stretched.Difference, 1e-12);
        Assert.Equal(test.StandardError, stretched.StandardError, 1e-12);
    });

    [Fact]
    public void A_model_does_not_differ_from_itself() => Check((first, _, outcomes) =>
    {
        var test = DeLongTest.Of(first, first, outcomes);

        Assert.Equal(0, test.Difference);
        Assert.Equal(0, test.StandardError, 1e-12);
        Assert.Equal(1, test.PValue);
    });

    [Fact]
    public void A_surer_interval_is_wider()
    {
        var test = DeLongTest.Of(s_first, s_second, s_outcomes);

        Assert.True(test.Interval(0.99).High > test.Interval(0.9).High);
        Assert.Throws<SlipwayException>(() => test.Interval(1));
    }

    [Fact]
    public void Rows_that_do_not_pair_and_single_classes_are_refused()
    {
        Assert.Throws<SlipwayException>(() => DeLongTest.Of([0.1], [0.2, 0.3], [true]));
        var refusal = Assert.Throws<SlipwayException>(() => DeLongTest.Of([0.1, 0.2, 0.3], [0.1, 0.2, 0.3], [true, true, false]));
        Assert.Contains("two rows of each class", refusal.Message);
    }

    private static Gen<double[]> Scores(int rows) => Gen.Choose(0, 20).Select(score => score / 20.0).ArrayOf(rows);

    private static void Check(Action<double[], double[], bool[]> holds) =>
        Prop.ForAll(Pairs, pair => holds(pair.First, pair.Second, pair.Outcomes)).Check(s_config);
}
