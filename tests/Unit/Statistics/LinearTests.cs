using Slipway.Statistics.Linear;
using Xunit;

namespace Slipway.Unit.Statistics;

/// <summary>The weights are scikit-learn's (1.2.1): python3 tests/Unit/Statistics/Golden/automl-scores.py.</summary>
public sealed class LinearTests
{
    private const int Rows = 80;
    private const int Width = 4;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0.1, new[] { 0.4062789890538751, -1.1036890564162753, -0.061318699461500425, -0.10102247841304435, 0.13617244837133557 })]
    [InlineData(10, new[] { 1.9887233695100344, -3.880497666624542, 0.45976431939179774, 0.14071223986906187, 0.11582664181565656 })]
    public void Two_classes_are_told_apart_by_the_weights_of_scikit_learn(double c, double[] expected)
    {
        var (rows, sums, _) = Given();

        var found = LogisticRegression.Fit(rows, [.. sums.Select(sum => sum > 0 ? 1 : 0)], [], 2, c, Ct, 1e-12);

        Near(expected, [.. found.Weights[0], found.Intercepts[0]], 1e-7);
    }

    [Fact]
    public void Rows_count_by_their_weights()
    {
        var (rows, sums, weights) = Given();

        var found = LogisticRegression.Fit(rows, [.. sums.Select(sum => sum > 0 ? 1 : 0)], weights, 2, 1, Ct, 1e-12);

        Near([1.1133272271951309, -2.454984742383146, 0.08112858852294494, -0.031949054735735914, 0.4768153925892671], [.. found.Weights[0], found.Intercepts[0]], 1e-7);
    }

    [Fact]
    public void Three_classes_have_the_weights_of_scikit_learn()
    {
        var (rows, sums, _) = Given();

        var found = LogisticRegression.Fit(rows, [.. sums.Select(sum => sum < -1.5 ? 0 : sum < 1.5 ? 1 : 2)], [], 3, 0.1, Ct, 1e-12);

        Near([-0.4331295344664702, 0.849013128376468, -0.13462574936690574, 0.17456508332430223, -0.33058890999482654], [.. found.Weights[0], found.Intercepts[0]], 1e-7);
        Near([0.08401991380541178, -0.022762644494455614, -0.00811267736518212, -0.031313076097492884, 0.4827938152787655], [.. found.Weights[1], found.Intercepts[1]], 1e-7);
        Near([0.3491096206610582, -0.8262504838820126, 0.14273842673208786, -0.14325200722680942, -0.152204905283938], [.. found.Weights[2], found.Intercepts[2]], 1e-7);
    }

    [Theory]
    [InlineData(0.1, 0.5, new[] { 0.832014377230414, -2.0077907063430027, 0.6002683220398165, 0, 0.07915735504942349 })]
    [InlineData(0.3, 1.0, new[] { 0.5899127097884669, -1.8101446980141929, 0.258811624892629, 0, 0.09664025332701508 })]
    [InlineData(0.01, 0.1, new[] { 0.923167148035257, -2.16814151382672, 0.7244184762468144, -0.0007879783953802448, 0.06936560273616788 })]
    [InlineData(0.5, 0.0, new[] { 0.6054453819869694, -1.3615880002442537, 0.36257068295835143, -0.09225103947751735, 0.10840175877490697 })]
    public void The_penalty_lies_between_ridge_and_lasso_as_in_scikit_learn(double alpha, double ratio, double[] expected)
    {
        var (rows, sums, _) = Given();

        var found = ElasticNet.Fit(rows, sums, [], alpha, ratio, Ct, 1e-13);

        Near(expected, [.. found.Weights[0], found.Intercepts[0]], 1e-8);
    }

    [Fact]
    public void Least_squares_counts_rows_by_their_weights()
    {
        var (rows, sums, weights) = Given();

        var found = ElasticNet.Fit(rows, sums, weights, 0.1, 0.5, Ct, 1e-13);

        Near([0.8511382095875656, -1.9756269821305683, 0.563404733529076, 0, 0.3829801342960044], [.. found.Weights[0], found.Intercepts[0]], 1e-8);
    }

    [Fact]
    public void A_feature_that_never_changes_gets_no_weight()
    {
        double[] rows = [1, 0, 2, 0, 3, 0, 4, 0];

        var found = ElasticNet.Fit(rows, [2, 4, 6, 8], [], 0, 0, Ct);

        Near([2, 0, 0], [.. found.Weights[0], found.Intercepts[0]], 1e-9);
    }

    private static (double[] Rows, double[] Sums, double[] Weights) Given()
    {
        var drawn = GoldenNumbers.Draw((Rows * Width) + Rows);
        var rows = drawn[..(Rows * Width)].Select(draw => (draw - 0.5) * 3).ToArray();
        var noise = drawn[(Rows * Width)..];
        var sums = Enumerable.Range(0, Rows).Select(row =>
            rows[row * Width] - (2 * rows[(row * Width) + 1]) + (0.5 * rows[(row * Width) + 2]) + 0.3 + ((noise[row] - 0.5) * 4)).ToArray();
        return (rows, sums, [.. noise.Select(draw => 0.5 + draw)]);
    }

    private static void Near(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, tolerance));
    }
}
