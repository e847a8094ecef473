using System.Globalization;
using Slipway.Statistics;

namespace Slipway.Monitoring.Backtests;

/// <summary>
/// The gate of a backtest, by the defaults of a pipeline's gate: on the same rows the squared error is surely smaller, and the
/// AUC of probabilities not surely smaller, at 95 %.
/// </summary>
internal sealed record TrialGate(bool Accepted, string Reason)
{
    public static TrialGate Judge(ScoredHistory candidate, ScoredHistory champion, bool areProbabilities)
    {
        int[] known = [.. candidate.Labels.Index().Where(label => double.IsFinite(label.Item)).Select(label => label.Index)];
        if (known.Length == 0)
            return new TrialGate(false, "Rejected: no label of the window is known.");
        double[] first = [.. known.Select(row => candidate.Scores[row])], second = [.. known.Select(row => champion.Scores[row])];
        double[] labels = [.. known.Select(row => candidate.Labels[row])];
        var gain = PairedBootstrap.Of([.. labels.Select((label, i) => Square(second[i] - label) - Square(first[i] - label))]);
        var loss = areProbabilities ? "brier" : "mse";
        var text = string.Create(CultureInfo.InvariantCulture, $"{loss} gain {gain.Mean:0.00000} (95 % interval {gain.Low:0.00000} to {gain.High:0.00000})");
        if (gain.Low <= 0)
            return new TrialGate(false, $"Rejected: {text}.");
        if (!areProbabilities || labels.Distinct().Count() < 2)
            return new TrialGate(true, $"Accepted: {text}.");

        var test = DeLongTest.Of(first, second, [.. labels.Select(label => label >= 0.5)]);
        var (low, high) = test.Interval(0.95);
        text += string.Create(CultureInfo.InvariantCulture, $", auc difference {test.Difference:0.00000} ({low:0.00000} to {high:0.00000})");
        return high < 0 ? new TrialGate(false, $"Rejected, the AUC is surely smaller: {text}.") : new TrialGate(true, $"Accepted: {text}.");
    }

    private static double Square(double value) => value * value;
}
