using FsCheck;
using FsCheck.Fluent;
using Slipway.Kernel;
using Slipway.Statistics;
using Xunit;

namespace Slipway.Unit.Statistics;

public sealed class BinaryMetricsTests
{
    private static readonly Config s_config = Config.QuickThrowOnFailure.WithMaxTest(200);

    private static readonly double[] s_scores = [.1, .8, .3, .3, .9, .45, .2, .55, .5, .35, .05, .6];
    private static readonly bool[] s_outcomes =
        [false, true, false, true, true, false, false, true, false, true, false, false];

    // 2 to 60 rows with scores of 21 values, so that many tie, and at least one row of each class.
    private static Arbitrary<(double[] Scores, bool[] Outcomes)> Samples { get; } = Gen
        .Choose(2, 60)
        .SelectMany(rows => Gen.Choose(0, 20).Select(score => score / 20.0).ArrayOf(rows)
            .SelectMany(scores => Gen.Choose(0, 1).Select(bit => bit == 1).ArrayOf(rows)
                .Select(outcomes => (scores, (bool[])[true, false, .. outcomes[2..]]))))
        .ToArbitrary();

    /// <remarks>
    /// sklearn 1.2: y=np.array([0,1,0,1,1,0,0,1,0,1,0,0]); s=np.array([.1,.8,.3,.3,.9,.45,.2,.55,.5,.35,.05,.6]); p=s>=.5;
    /// roc_auc_score(y,s), brier_score_loss(y,s), log_loss(y,s), accuracy_score(y,p), precision_score(y,p),
    /// recall_score(y,p), f1_score(y,p), average_precision_score(y,s); b=np.minimum((s*10).astype(int),9);
    /// sum(abs(s[b==i].sum()-y[b==i].sum()) for i in range(10))/12
    /// </remarks>
    [Fact]
    public void The_figures_are_those_of_scikit_learn()
    {
        var metrics = BinaryMetrics.Of(s_scores, s_outcomes);

        Assert.Equal(12, metrics.Rows);
        Assert.Equal(5, metrics.Positives);
        Assert.Equal(0.7857142857142857, metrics.Auc, 14);
        Assert.Equal(0.17666666666666667, metrics.Brier, 14);
        Assert.Equal(0.5103236012533592, metrics.LogLoss, 14);
        Assert.Equal(0.6666666666666666, metrics.Accuracy, 14);
        Assert.Equal(0.6, metrics.Precision, 14);
        Assert.Equal(0.6, metrics.Recall, 14);
        Assert.Equal(0.6, metrics.F1, 14);
        Assert.Equal(0.7753968253968253, metrics.AveragePrecision, 14);
        Assert.Equal(0.23333333333333336, metrics.Calibration, 14);
    }

    [Fact]
    public void The_area_is_the_share_of_pairs_in_the_right_order() => Check((scores, outcomes) =>
    {
        double right = 0, pairs = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            for (var j = 0; j < scores.Length; j++)
            {
                if (!outcomes[i] || outcomes[j])
                    continue;
                pairs++;
                right += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
            }
        }

        Assert.Equal(right / pairs, BinaryMetrics.Of(scores, outcomes).Auc, 1e-12);
    });

    [Fact]
    public void Order_is_all_that_the_area_and_the_precision_look_at() => Check((scores, outcomes) =>
    {
        var before = BinaryMetrics.Of(scores, outcomes);
        var after = BinaryMetrics.Of(Array.ConvertAll(scores, score => Math.Sqrt(score) / 2), outcomes);

        Assert.Equal(before.Auc, after.Auc, 1e-12);
        Assert.Equal(before.AveragePrecision, after.AveragePrecision, 1e-12);
    });

    [Fact]
    public void The_other_class_has_the_mirrored_area_and_the_same_losses() => Check((scores, outcomes) =>
    {
        var one = BinaryMetrics.Of(scores, outcomes);
        var sameScores = BinaryMetrics.Of(scores, Array.ConvertAll(outcomes, outcome => !outcome));
        var mirrored = BinaryMetrics.Of(Array.ConvertAll(scores, score => 1 - score), Array.ConvertAll(outcomes, outcome => !outcome));

        Assert.Equal(1 - one.Auc, sameScores.Auc, 1e-12);
        Assert.Equal(one.Auc, mirrored.Auc, 1e-12);
        Assert.Equal(one.Brier, mirrored.Brier, 1e-12);
        Assert.Equal(one.LogLoss, mirrored.LogLoss, 1e-9);
    });

    [Fact]
    public void Figures_lie_within_their_bounds_and_do_not_see_the_order_of_rows() => Check((scores, outcomes) =>
    {
        var metrics = BinaryMetrics.Of(scores, outcomes);
        var backwards = BinaryMetrics.Of([.. scores.Reverse()], [.. outcomes.Reverse()]);

        foreach (var figure in (double[])[metrics.Auc, metrics.Brier, metrics.Accuracy, metrics.Recall, metrics.AveragePrecision, metrics.Calibration])
            Assert.InRange(figure, 0, 1);
        Assert.InRange(metrics.LogLoss, 0, 37);
        Assert.Equal(metrics.Auc, backwards.Auc, 1e-12);
        Assert.Equal(metrics.Brier, backwards.Brier, 1e-12);
        Assert.Equal(metrics.Calibration, backwards.Calibration, 1e-12);
    });

    [Fact]
    public void What_one_class_cannot_say_is_not_a_number()
    {
        var negatives = BinaryMetrics.Of([0.1, 0.2], [false, false]);

        Assert.True(double.IsNaN(negatives.Auc));
        Assert.True(double.IsNaN(negatives.AveragePrecision));
        Assert.True(double.IsNaN(negatives.Precision));
        Assert.True(double.IsNaN(negatives.Recall));
        Assert.Equal(1, negatives.Accuracy);
        Assert.Equal(0.025, negatives.Brier, 14);
    }

    [Fact]
    public void A_score_at_the_threshold_predicts_the_positive_class()
    {
        var metrics = BinaryMetrics.Of([0.3, 0.3], [true, false], threshold: 0.3);

        Assert.Equal(1, metrics.Recall);
        Assert.Equal(0.5, metrics.Precision);
    }

    [Fact]
    public void A_sure_mistake_has_a_finite_loss()
    {
        // -log(2^-52)
        Assert.Equal(36.04365338911715, BinaryMetrics.Of([1], [false]).LogLoss, 10);
        Assert.Equal(36.04365338911715, BinaryMetrics.Of([0], [true]).LogLoss, 10);
    }

    [Fact]
    public void What_is_no_sample_of_probabilities_is_refused()
    {
        Assert.Contains("1 scores and 2 outcomes", Refusal([0.5], [true, false]));
        Assert.Contains("at least one", Refusal([], []));
        Assert.Contains("in [0, 1]", Refusal([1.5], [true]));
        Assert.Contains("in [0, 1]", Refusal([double.NaN], [true]));
    }

    private static string Refusal(double[] scores, bool[] outcomes) =>
        Assert.Throws<SlipwayException>(() => BinaryMetrics.Of(scores, outcomes)).Message;

    private static void Check(Action<double[], bool[]> holds) =>
        Prop.ForAll(Samples, sample => holds(sample.Scores, sample.Outcomes)).Check(s_config);
}
