using MathNet.Numerics.Distributions;
using Slipway.Kernel;

namespace Slipway.Statistics;

/// <summary>
/// The test of DeLong, DeLong and Clarke-Pearson (Biometrics 44, 1988) for the difference of two AUCs on the same rows,
/// computed with midranks as in Sun and Xu (IEEE Signal Processing Letters 21, 2014): O(n log n).
/// </summary>
/// <param name="Difference">AUC of the first less AUC of the second.</param>
/// <param name="StandardError">Of the difference; 0 when both order the rows alike.</param>
/// <param name="PValue">Two-sided; 1 when the standard error is 0.</param>
public sealed record DeLongTest(double FirstAuc, double SecondAuc, double Difference, double StandardError, double PValue)
{
    /// <exception cref="SlipwayException">InvalidParameter: lengths differ, or a class has fewer than two rows.</exception>
    public static DeLongTest Of(ReadOnlySpan<double> first, ReadOnlySpan<double> second, ReadOnlySpan<bool> outcomes)
    {
        if (first.Length != outcomes.Length || second.Length != outcomes.Length)
        {
            throw SlipwayException.Invalid(
                $"{first.Length} and {second.Length} scores and {outcomes.Length} outcomes do not pair.");
        }

        var a = Components(first, outcomes);
        var b = Components(second, outcomes);
        if (a.Positive.Length < 2 || a.Negative.Length < 2)
            throw SlipwayException.Invalid("The DeLong test needs at least two rows of each class.");

        var variance = (VarianceOfDifference(a.Positive, b.Positive) / a.Positive.Length)
                       + (VarianceOfDifference(a.Negative, b.Negative) / a.Negative.Length);
        var difference = a.Auc - b.Auc;
        var error = Math.Sqrt(Math.Max(0, variance));
        var p = error == 0 ? 1 : 2 * Normal.CDF(0, 1, -Math.Abs(difference) / error);
        return new DeLongTest(a.Auc, b.Auc, difference, error, p);
    }

    /// <summary>The interval that holds the difference with this confidence, by the normal distribution as the test itself.</summary>
    public (double Low, double High) Interval(double confidence)
    {
        Confidence.Check(confidence);
        var reach = Normal.InvCDF(0, 1, (1 + confidence) / 2) * StandardError;
        return (Difference - reach, Difference + reach);
    }

    // V10 (one value for each positive) and V01 (one for each negative) of the paper.
    private static (double Auc, double[] Positive, double[] Negative) Components(
        ReadOnlySpan<double> scores, ReadOnlySpan<bool> outcomes)
    {
        var positives = new List<double>();
        var negatives = new List<double>();
        for (var i = 0; i < scores.Length; i++)
            (outcomes[i] ? positives : negatives).Add(scores[i]);
        double m = positives.Count, n = negatives.Count;

        var all = Ranks.Mid([.. positives, .. negatives]);
        var withinPositives = Ranks.Mid([.. positives]);
        var withinNegatives = Ranks.Mid([.. negatives]);
        var v10 = new double[positives.Count];
        var v01 = new double[negatives.Count];
        for (var i = 0; i < v10.Length; i++)
            v10[i] = (all[i] - withinPositives[i]) / n;
        for (var j = 0; j < v01.Length; j++)
            v01[j] = 1 - ((all[v10.Length + j] - withinNegatives[j]) / m);
        return (v10.Length == 0 ? double.NaN : v10.Average(), v10, v01);
    }

    private static double VarianceOfDifference(double[] a, double[] b)
    {
        var mean = 0.0;
        for (var i = 0; i < a.Length; i++)
            mean += (a[i] - b[i]) / a.Length;
        var squares = 0.0;
        for (var i = 0; i < a.Length; i++)
            squares += (a[i] - b[i] - mean) * (a[i] - b[i] - mean);
        return squares / (a.Length - 1);
    }
}
