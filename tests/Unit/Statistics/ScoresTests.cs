using Slipway.Statistics.Scores;
using Xunit;

namespace Slipway.Unit.Statistics;

/// <summary>The figures are scikit-learn's (1.2.1): python3 tests/Unit/Statistics/Golden/automl-scores.py.</summary>
public sealed class ScoresTests
{
    private const int Rows = 60;
    private const int Classes = 3;

    private static readonly Dictionary<string, double> s_classification = new()
    {
        ["AUC_macro"] = 0.7644549372060309,
        ["AUC_weighted"] = 0.766107329677948,
        ["accuracy"] = 0.5,
        ["average_precision_score_macro"] = 0.6219373236293584,
        ["average_precision_score_weighted"] = 0.6344706841523428,
        ["balanced_accuracy"] = 0.5145338837289302,
        ["f1_score_macro"] = 0.49685732243871783,
        ["f1_score_weighted"] = 0.49507647182065795,
        ["log_loss"] = 0.8859974206283551,
        ["matthews_correlation"] = 0.26791554766468134,
        ["norm_macro_recall"] = 0.27180082559339525,
        ["precision_score_macro"] = 0.5103276353276354,
        ["precision_score_weighted"] = 0.5215099715099715,
        ["recall_score_macro"] = 0.5145338837289302,
        ["recall_score_weighted"] = 0.5,
    };

    private static readonly Dictionary<string, double> s_regression = new()
    {
        ["explained_variance"] = 0.643060472943439,
        ["mean_absolute_error"] = 1.4999999999999998,
        ["mean_absolute_percentage_error"] = 49.733974312851,
        ["median_absolute_error"] = 1.5000000000000002,
        ["normalized_mean_absolute_error"] = 0.15463917525773194,
        ["normalized_median_absolute_error"] = 0.154639175257732,
        ["normalized_root_mean_squared_error"] = 0.17703765647446076,
        ["r2_score"] = 0.6374655782848151,
        ["root_mean_squared_error"] = 1.7172652678022693,
        ["spearman_correlation"] = 0.8781687805431317,
    };

    [Fact]
    public void Classes_are_scored_as_scikit_learn_scores_them()
    {
        var (truth, probabilities) = GivenClasses();

        var scores = ClassificationScores.Of(truth, probabilities, Classes);

        Assert.Equal(s_classification.Keys.Order(StringComparer.Ordinal), scores.Keys.Order(StringComparer.Ordinal));
        Assert.All(s_classification, expected => Assert.Equal(expected.Value, scores[expected.Key], 1e-9));
    }

    [Fact]
    public void Numbers_are_scored_as_scikit_learn_scores_them()
    {
        var drawn = GoldenNumbers.Draw((Rows * (Classes + 1)) + (Rows * 2));
        var truth = drawn[^(2 * Rows)..^Rows].Select(draw => Math.Round(draw * 10, 1) + 0.5).ToArray();
        var predicted = drawn[^Rows..].Select((draw, row) => Math.Round(truth[row] + ((draw - 0.5) * 6), 1)).ToArray();

        var scores = RegressionScores.Of(truth, predicted, truth.Max() - truth.Min());

        Assert.Equal(s_regression.Keys.Order(StringComparer.Ordinal), scores.Keys.Order(StringComparer.Ordinal));
        Assert.All(s_regression, expected => Assert.Equal(expected.Value, scores[expected.Key], 1e-9));
    }

    [Fact]
    public void A_class_that_does_not_occur_counts_for_nothing()
    {
        int[] truth = [0, 0, 1, 1];
        double[] probabilities = [0.8, 0.1, 0.1, 0.3, 0.5, 0.2, 0.2, 0.7, 0.1, 0.6, 0.3, 0.1];

        var scores = ClassificationScores.Of(truth, probabilities, 3);

        Assert.Equal(0.75, scores["AUC_weighted"], 1e-12);
        Assert.Equal(0.5, scores["balanced_accuracy"], 1e-12);
        Assert.Equal(0, scores["norm_macro_recall"], 1e-12);
    }

    [Fact]
    public void Rows_of_one_class_have_no_area()
    {
        var scores = ClassificationScores.Of([1, 1], [0.2, 0.8, 0.6, 0.4], 2);

        Assert.Equal(double.NaN, scores["AUC_weighted"]);
        Assert.Equal(0.5, scores["accuracy"]);
    }

    [Fact]
    public void What_never_changes_is_either_met_or_not()
    {
        Assert.Equal(1, RegressionScores.Of([2, 2], [2, 2], 0)["r2_score"]);
        Assert.Equal(0, RegressionScores.Of([2, 2], [1, 3], 0)["r2_score"]);
        Assert.Equal(double.NaN, RegressionScores.Of([1, 2], [3, 3], 1)["spearman_correlation"]);
    }

    private static (int[] Truth, double[] Probabilities) GivenClasses()
    {
        var drawn = GoldenNumbers.Draw((Rows * (Classes + 1)) + (Rows * 2));
        var truth = drawn[..Rows].Select(draw => (int)(draw * Classes)).ToArray();
        var probabilities = new double[Rows * Classes];
        for (var row = 0; row < Rows; row++)
        {
            var own = probabilities.AsSpan(row * Classes, Classes);
            for (var each = 0; each < Classes; each++)
                own[each] = Math.Round(drawn[Rows + (row * Classes) + each], 2) + 0.01 + (each == truth[row] ? 0.35 : 0);
            var sum = own[0] + own[1] + own[2];
            foreach (ref var probability in own)
                probability /= sum;
        }

        return (truth, probabilities);
    }
}
