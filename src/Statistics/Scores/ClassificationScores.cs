namespace Slipway.Statistics.Scores;

/// <summary>
/// How well probabilities of any number of classes foretold the classes, by the names that Azure ML uses. "Weighted" is the mean
/// over the classes by how often each occurs, "macro" the plain mean; of the areas each is of one class against the rest.
/// </summary>
public static class ClassificationScores
{
    /// <param name="truth">The class of each row, from 0 on.</param>
    /// <param name="probabilities">For each row the probability of each class, row after row.</param>
    public static IReadOnlyDictionary<string, double> Of(ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int classes)
    {
        if (truth.IsEmpty || probabilities.Length != truth.Length * classes)
            throw new ArgumentException($"{probabilities.Length} probabilities are not {classes} for each of {truth.Length} rows.");

        var counts = Confusion.Of(truth, probabilities, classes);
        var (aucs, precisions) = Areas(truth, probabilities, classes);
        var weights = counts.Support;
        return new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["accuracy"] = counts.Accuracy,
            ["AUC_macro"] = Mean(aucs, null),
            ["AUC_weighted"] = Mean(aucs, weights),
            ["average_precision_score_macro"] = Mean(precisions, null),
            ["average_precision_score_weighted"] = Mean(precisions, weights),
            ["balanced_accuracy"] = counts.BalancedAccuracy,
            ["f1_score_macro"] = counts.Mean(counts.F1, weighted: false),
            ["f1_score_weighted"] = counts.Mean(counts.F1, weighted: true),
            ["log_loss"] = LogLoss(truth, probabilities, classes),
            ["matthews_correlation"] = counts.MatthewsCorrelation,
            ["norm_macro_recall"] = counts.NormMacroRecall,
            ["precision_score_macro"] = counts.Mean(counts.Precision, weighted: false),
            ["precision_score_weighted"] = counts.Mean(counts.Precision, weighted: true),
            ["recall_score_macro"] = counts.Mean(counts.Recall, weighted: false),
            ["recall_score_weighted"] = counts.Mean(counts.Recall, weighted: true),
        };
    }

    // NaN for a class that all rows are of, or none: there is nothing to tell it from.
    private static (double[] Aucs, double[] Precisions) Areas(ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int classes)
    {
        var (aucs, precisions) = (new double[classes], new double[classes]);
        var scores = new double[truth.Length];
        var outcomes = new bool[truth.Length];
        for (var each = 0; each < classes; each++)
        {
            for (var row = 0; row < scores.Length; row++)
                (scores[row], outcomes[row]) = (probabilities[(row * classes) + each], truth[row] == each);
            (aucs[each], precisions[each]) = (Auc(scores, outcomes), AveragePrecision(scores, outcomes));
        }

        return (aucs, precisions);
    }

    private static double Auc(double[] scores, bool[] outcomes)
    {
        double positives = outcomes.Count(outcome => outcome), negatives = outcomes.Length - positives;
        var ranks = Ranks.Mid(scores);
        var sum = 0.0;
        for (var row = 0; row < ranks.Length; row++)
            sum += outcomes[row] ? ranks[row] : 0;
        return positives * negatives == 0 ? double.NaN : (sum - (positives * (positives + 1) / 2)) / (positives * negatives);
    }

    // Rows of one score are taken together, as they cannot be told apart.
    private static double AveragePrecision(double[] scores, bool[] outcomes)
    {
        var positives = outcomes.Count(outcome => outcome);
        if (positives == 0)
            return double.NaN;

        var keys = Array.ConvertAll(scores, score => -score);
        var ordered = (bool[])outcomes.Clone();
        Array.Sort(keys, ordered);
        double sum = 0, found = 0;
        for (var start = 0; start < keys.Length;)
        {
            var (end, before) = (start, found);
            for (; end < keys.Length && keys[end].Equals(keys[start]); end++)
                found += ordered[end] ? 1 : 0;
            sum += (found - before) / positives * (found / end);
            start = end;
        }

        return sum;
    }

    private static double LogLoss(ReadOnlySpan<int> truth, ReadOnlySpan<double> probabilities, int classes)
    {
        const double Least = 2.220446049250313e-16;
        var sum = 0.0;
        for (var row = 0; row < truth.Length; row++)
        {
            var total = 0.0;
            foreach (var probability in probabilities.Slice(row * classes, classes))
                total += Math.Clamp(probability, Least, 1 - Least);
            sum -= Math.Log(Math.Clamp(probabilities[(row * classes) + truth[row]], Least, 1 - Least) / total);
        }

        return sum / truth.Length;
    }

    private static double Mean(double[] values, double[]? weights)
    {
        double sum = 0, total = 0;
        foreach (var (at, value) in values.Index())
        {
            var weight = double.IsNaN(value) ? 0 : weights?[at] ?? 1;
            sum += weight == 0 ? 0 : weight * value;
            total += weight;
        }

        return total == 0 ? double.NaN : sum / total;
    }
}
