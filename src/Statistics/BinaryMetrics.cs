using Slipway.Kernel;

namespace Slipway.Statistics;

/// <summary>
/// How good scores for a binary outcome were. Definitions agree with sklearn.metrics (roc_auc_score, brier_score_loss,
/// log_loss, precision_score, recall_score, accuracy_score, average_precision_score). A figure that is not defined for
/// the sample (AUC with one class, precision without positives) is NaN.
/// </summary>
/// <param name="Rows">How many labelled rows.</param>
/// <param name="Positives">How many of them are of the positive class.</param>
/// <param name="Auc">Area under the ROC curve, ties counted half.</param>
/// <param name="Brier">Mean squared difference of score and outcome; lower is better.</param>
/// <param name="LogLoss">Mean negative log-likelihood in nats; scores are clipped to [ε, 1-ε], ε = 2^-52.</param>
/// <param name="AveragePrecision">Σ (Rₙ − Rₙ₋₁) Pₙ over the thresholds.</param>
/// <param name="Calibration">Expected calibration error: mean |observed − predicted| over ten bins of equal width.</param>
public sealed record BinaryMetrics(
    long Rows,
    long Positives,
    double Auc,
    double Brier,
    double LogLoss,
    double Accuracy,
    double Precision,
    double Recall,
    double F1,
    double AveragePrecision,
    double Calibration)
{
    private const double Epsilon = 2.220446049250313e-16;
    private const int CalibrationBins = 10;

    /// <summary>All figures from one sort of the scores.</summary>
    /// <param name="scores">Probability of the positive class, 0 to 1.</param>
    /// <param name="outcomes">True where the outcome was positive; same length.</param>
    /// <param name="threshold">A score at or above it predicts the positive class.</param>
    /// <exception cref="SlipwayException">InvalidParameter: other lengths, no rows, a score outside [0, 1] or NaN.</exception>
    public static BinaryMetrics Of(ReadOnlySpan<double> scores, ReadOnlySpan<bool> outcomes, double threshold = 0.5)
    {
        Check(scores, outcomes);
        var (truePositive, falsePositive, positives) = Confusion(scores, outcomes, threshold);
        var negatives = scores.Length - positives;
        var precision = Ratio(truePositive, truePositive + falsePositive);
        var recall = Ratio(truePositive, positives);
        var (auc, averagePrecision) = Curves(scores, outcomes, positives);
        var (brier, logLoss, calibration) = Losses(scores, outcomes);
        return new BinaryMetrics(
            scores.Length,
            positives,
            auc,
            brier,
            logLoss,
            Ratio(truePositive + negatives - falsePositive, scores.Length),
            precision,
            recall,
            Ratio(2 * truePositive, truePositive + falsePositive + positives),
            averagePrecision,
            calibration);
    }

    private static void Check(ReadOnlySpan<double> scores, ReadOnlySpan<bool> outcomes)
    {
        if (scores.Length != outcomes.Length)
            throw SlipwayException.Invalid($"{scores.Length} scores and {outcomes.Length} outcomes do not pair.");
        if (scores.IsEmpty)
            throw SlipwayException.Invalid("Metrics need at least one labelled row.");
        foreach (var score in scores)
        {
            if (!(score >= 0 && score <= 1))
                throw SlipwayException.Invalid($"A score is {score}; probabilities lie in [0, 1].");
        }
    }

    private static (long TruePositive, long FalsePositive, long Positives) Confusion(
        ReadOnlySpan<double> scores, ReadOnlySpan<bool> outcomes, double threshold)
    {
        long truePositive = 0, falsePositive = 0, positives = 0;
        for (var i = 0; i < scores.Length; i++)
        {
            positives += outcomes[i] ? 1 : 0;
            if (scores[i] < threshold)
                continue;
            truePositive += outcomes[i] ? 1 : 0;
            falsePositive += outcomes[i] ? 0 : 1;
        }

        return (truePositive, falsePositive, positives);
    }

    private static (double Auc, double AveragePrecision) Curves(
        ReadOnlySpan<double> scores, ReadOnlySpan<bool> outcomes, long positives)
    {
        var sorted = scores.ToArray();
        var flags = outcomes.ToArray();
        Array.Sort(sorted, flags);
        long negatives = scores.Length - positives, above = 0, aboveNegatives = 0;
        double area = 0, averagePrecision = 0;

        // From the highest score down, one group of ties at a time.
        for (var end = sorted.Length; end > 0;)
        {
            var start = end - 1;
            while (start > 0 && sorted[start - 1].Equals(sorted[start]))
                start--;
            long groupPositives = 0;
            for (var i = start; i < end; i++)
                groupPositives += flags[i] ? 1 : 0;
            var groupNegatives = end - start - groupPositives;
            area += groupNegatives * (above + (groupPositives / 2.0));
            above += groupPositives;
            aboveNegatives += groupNegatives;
            averagePrecision += (double)groupPositives / positives * above / (above + aboveNegatives);
            end = start;
        }

        return (Ratio(area, (double)positives * negatives), positives == 0 ? double.NaN : averagePrecision);
    }

    private static (double Brier, double LogLoss, double Calibration) Losses(
        ReadOnlySpan<double> scores, ReadOnlySpan<bool> outcomes)
    {
        double squares = 0, logs = 0;
        Span<double> predicted = stackalloc double[CalibrationBins];
        Span<double> observed = stackalloc double[CalibrationBins];
        for (var i = 0; i < scores.Length; i++)
        {
            var outcome = outcomes[i] ? 1.0 : 0.0;
            var clipped = Math.Clamp(scores[i], Epsilon, 1 - Epsilon);
            squares += (scores[i] - outcome) * (scores[i] - outcome);
            logs -= Math.Log(outcomes[i] ? clipped : 1 - clipped);
            var bin = Math.Min((int)(scores[i] * CalibrationBins), CalibrationBins - 1);
            predicted[bin] += scores[i];
            observed[bin] += outcome;
        }

        double calibration = 0;
        for (var bin = 0; bin < CalibrationBins; bin++)
            calibration += Math.Abs(predicted[bin] - observed[bin]);
        return (squares / scores.Length, logs / scores.Length, calibration / scores.Length);
    }

    private static double Ratio(double part, double whole) => whole == 0 ? double.NaN : part / whole;
}
