namespace Slipway.Statistics.Linear;

/// <summary>
/// The probabilities of classes as the softmax of weighted sums, with half of the squared weights as a penalty and free
/// intercepts: what scikit-learn's LogisticRegression(penalty="l2") minimises.
/// </summary>
public static class LogisticRegression
{
    private const int MostSteps = 500;

    /// <param name="rows">The features, row after row; best with a mean of 0 and a deviation of 1.</param>
    /// <param name="labels">The class of each row, from 0 on.</param>
    /// <param name="weights">How much each row counts; empty: all the same.</param>
    /// <param name="inversePenalty">scikit-learn's C.</param>
    /// <returns>Of two classes one row of weights, that of the second; else one for each class.</returns>
    public static LinearWeights Fit(
        double[] rows, int[] labels, double[] weights, int classes, double inversePenalty, CancellationToken ct, double tolerance = 1e-7)
    {
        var width = rows.Length / labels.Length;
        var outputs = classes == 2 ? 1 : classes;
        var total = weights.Length == 0 ? labels.Length : weights.Sum();

        // Divided by the number of rows, so that the same tolerance does for any number of them.
        var penalty = 1 / (inversePenalty * total);
        double Loss(ReadOnlySpan<double> at, Span<double> gradient)
        {
            gradient.Clear();
            var scores = new double[outputs];
            var sum = 0.0;
            for (var row = 0; row < labels.Length; row++)
            {
                if ((row & 0xFFFF) == 0)
                    ct.ThrowIfCancellationRequested();
                var features = rows.AsSpan(row * width, width);
                for (var output = 0; output < outputs; output++)
                    scores[output] = Dense.Dot(at.Slice(output * (width + 1), width), features) + at[(output * (width + 1)) + width];
                var weight = (weights.Length == 0 ? 1 : weights[row]) / total;
                sum += weight * ToErrors(scores, labels[row]);
                for (var output = 0; output < outputs; output++)
                {
                    Dense.AddTimes(gradient.Slice(output * (width + 1), width), weight * scores[output], features);
                    gradient[(output * (width + 1)) + width] += weight * scores[output];
                }
            }

            return sum + Penalize(at, gradient, width, penalty);
        }

        var found = Lbfgs.Minimize(Loss, new double[outputs * (width + 1)], tolerance, MostSteps, ct);
        return LinearWeights.Of(found, width);
    }

    private static double Penalize(ReadOnlySpan<double> at, Span<double> gradient, int width, double penalty)
    {
        var sum = 0.0;
        for (var first = 0; first < at.Length; first += width + 1)
        {
            var own = at.Slice(first, width);
            sum += penalty * Dense.Dot(own, own) / 2;
            Dense.AddTimes(gradient.Slice(first, width), penalty, own);
        }

        return sum;
    }

    /// <summary>The loss of a row; its scores become how far each probability is from the truth.</summary>
    private static double ToErrors(Span<double> scores, int label)
    {
        if (scores.Length == 1)
        {
            // ln(1 + e^-m) without overflow.
            var margin = label == 1 ? scores[0] : -scores[0];
            var loss = margin > 0 ? Math.Log(1 + Math.Exp(-margin)) : Math.Log(1 + Math.Exp(margin)) - margin;
            scores[0] = (1 / (1 + Math.Exp(-scores[0]))) - label;
            return loss;
        }

        double greatest = double.NegativeInfinity, sum = 0;
        foreach (var score in scores)
            greatest = Math.Max(greatest, score);
        var own = scores[label] - greatest;
        foreach (ref var score in scores)
            sum += score = Math.Exp(score - greatest);
        foreach (ref var score in scores)
            score /= sum;
        scores[label] -= 1;
        return Math.Log(sum) - own;
    }
}
