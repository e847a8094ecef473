using Slipway.Statistics.Performance;
using Xunit;

namespace Slipway.Unit.Statistics;

/// <summary>
/// Golden values of scikit-learn 1.2.1:
/// <code>
/// i = np.arange(300); s = np.round((np.sin(i*.7)+1)/2, 2); y = ((np.cos(i*1.3)*.5+s) > .6).astype(int); p = s >= .5
/// accuracy_score(y, p), precision_score, recall_score, f1_score, roc_auc_score(y, s), average_precision_score,
/// brier_score_loss, log_loss(y, np.clip(s, eps, 1-eps)); IsotonicRegression(out_of_bounds='clip').fit(s, y).predict([…])
/// r = np.sin(i*.2)*10+50; q = r+np.cos(i*.9)*3+.5
/// mean_absolute_error(r, q), mean_squared_error, its root, mean_absolute_percentage_error, r2_score
/// s2 = .1+.8*s; y2 = ((np.cos(i*1.3)*1.2+s) > .6).astype(int)
/// LogisticRegression(penalty='none', tol=1e-14, solver='newton-cg').fit(np.log(s2/(1-s2))[:, None], y2).coef_
/// </code>
/// </summary>
public sealed class PerformanceStatisticsTests
{
    private static readonly double[] s_scores = Wave(i => Math.Round((Math.Sin(i * 0.7) + 1) / 2, 2));
    private static readonly double[] s_labels = Wave(i => (Math.Cos(i * 1.3) * 0.5) + s_scores[i] > 0.6 ? 1 : 0);
    private static readonly double[] s_truth = Wave(i => (Math.Sin(i * 0.2) * 10) + 50);
    private static readonly double[] s_guesses = Wave(i => s_truth[i] + (Math.Cos(i * 0.9) * 3) + 0.5);

    [Fact]
    public void Figures_of_a_classifier_agree_with_sklearn()
    {
        var figures = new ClassificationScan(s_scores, s_labels).Measure();

        double[] expected =
        [
            0.7466666666666667, 0.6538461538461539, 0.8225806451612904, 0.7285714285714286, 0.8321572580645161, 0.7302446012957897,
            0.177503, 0.8769687143821815,
        ];
        foreach (var (actual, golden) in figures.Zip(expected))
            Assert.Equal(golden, actual, 1e-9);
    }

    [Fact]
    public void Figures_of_a_regression_agree_with_sklearn()
    {
        var figures = new RegressionScan(s_guesses, s_truth).Measure();

        double[] expected = [1.9499739856836618, 4.746657964837536, 2.178682621410823, 0.03954637869438831, 0.9043732130674144];
        foreach (var (actual, golden) in figures.Zip(expected))
            Assert.Equal(golden, actual, 1e-9);
    }

    [Fact]
    public void Isotonic_calibration_agrees_with_sklearn()
    {
        var calibration = IsotonicCalibration.Fit(s_scores, s_labels);

        double[] scores = [-0.5, 0, 0.13, 0.455, 0.5, 0.777, 1, 2];
        double[] expected =
            [0, 0, 0.16666666666666666, 0.375, 0.42857142857142855, 0.6956521739130435, 0.8235294117647058, 0.8235294117647058];
        foreach (var (score, golden) in scores.Zip(expected))
            Assert.Equal(golden, calibration.Apply(score), 1e-9);
    }

    [Fact]
    public void The_slope_of_calibration_agrees_with_sklearn()
    {
        var scores = Array.ConvertAll(s_scores, score => 0.1 + (0.8 * score));
        var labels = Wave(i => (Math.Cos(i * 1.3) * 1.2) + s_scores[i] > 0.6 ? 1 : 0);

        var slope = CalibrationSlope.Of(scores, labels);

        Assert.Equal(0.26703438058434964, slope.Value, 1e-6);
        Assert.InRange(slope.Value, slope.Low, slope.High);
        Assert.True(double.IsNaN(CalibrationSlope.Of([0.2, 0.9], [1, 1]).Value));
    }

    [Fact]
    public void Expected_figures_under_true_probabilities_are_close_to_those_that_labels_give()
    {
        var random = new Random(7);
        var scores = Enumerable.Range(0, 20_000).Select(_ => random.NextDouble()).ToArray();
        var labels = Array.ConvertAll(scores, score => random.NextDouble() < score ? 1.0 : 0);

        var measured = new ClassificationScan(scores, labels).Measure();
        var estimated = new ClassificationScan(scores, scores).Measure();

        foreach (var (name, figure) in ClassificationScan.Names.Select((name, i) => (name, Math.Abs(measured[i] - estimated[i]))))
            Assert.True(figure < 0.02, $"{name} differs by {figure}");
    }

    [Fact]
    public void Intervals_hold_the_figure_and_repeat()
    {
        var scan = new ClassificationScan(s_scores, s_labels);
        var figures = scan.Measure();

        var intervals = PoissonBootstrap.Intervals(scan.Rows, scan.Measure);

        Assert.Equal(intervals, PoissonBootstrap.Intervals(scan.Rows, scan.Measure));
        foreach (var (figure, (low, high)) in figures.SkipLast(1).Zip(intervals))
            Assert.InRange(figure, low, high);

        // The standard error of an accuracy of 0.747 over 300 rows is 0.025.
        Assert.InRange(intervals[0].High - intervals[0].Low, 0.07, 0.13);
    }

    [Fact]
    public void One_class_and_equal_labels_have_no_figure_where_it_is_not_defined()
    {
        Assert.Equal(double.NaN, new ClassificationScan([0.2, 0.9], [1, 1]).Measure()[4]);
        Assert.Equal(double.NaN, new RegressionScan([1, 2], [3, 3]).Measure()[4]);
        Assert.Equal(double.NaN, new ClassificationScan([], []).Measure()[0]);
    }

    private static double[] Wave(Func<int, double> value) => [.. Enumerable.Range(0, 300).Select(value)];
}
