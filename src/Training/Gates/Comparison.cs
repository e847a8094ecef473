using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Statistics;
using Slipway.Training.Scoring;

namespace Slipway.Training.Gates;

/// <summary>One figure of both models on the same rows, and how sure the difference is.</summary>
/// <param name="Improvement">Above zero when the candidate is better, whichever way the metric counts.</param>
/// <param name="PValue">Of the DeLong test; null for a bootstrap.</param>
internal sealed record Comparison(
    GateRule Rule, double Candidate, double Champion, double Improvement, double Low, double High, double? PValue)
{
    // Smaller differences do not show in five digits.
    private const double Shown = 5e-6;

    public bool Holds => Rule.MustBeBetter ? Low > Rule.Margin : High >= -Rule.Margin;

    /// <summary>AUCs by DeLong's test, losses by a bootstrap of blocks of neighbouring rows: both on pairs.</summary>
    public static Comparison Of(GateRule rule, ScoredRows rows, BinaryMetrics candidate, BinaryMetrics champion, int seed)
    {
        if (rule.Metric == GateMetric.Auc)
        {
            var test = DeLongTest.Of(rows.Scores[0], rows.Scores[1], rows.Outcomes);
            var (low, high) = test.Interval(rule.Confidence);
            return new Comparison(rule, test.FirstAuc, test.SecondAuc, test.Difference, low, high, test.PValue);
        }

        var saved = new double[rows.Outcomes.Length];
        for (var row = 0; row < saved.Length; row++)
            saved[row] = Loss(rule.Metric, rows.Scores[1][row], rows.Outcomes[row]) - Loss(rule.Metric, rows.Scores[0][row], rows.Outcomes[row]);
        var bootstrap = PairedBootstrap.Of(saved, seed: seed, confidence: rule.Confidence);
        return new Comparison(
            rule, Figure(rule.Metric, candidate), Figure(rule.Metric, champion), bootstrap.Mean, bootstrap.Low, bootstrap.High, null);
    }

    public static double Figure(GateMetric metric, BinaryMetrics metrics) => metric switch
    {
        GateMetric.Auc => metrics.Auc,
        GateMetric.Brier => metrics.Brier,
        GateMetric.LogLoss => metrics.LogLoss,
        _ => metrics.Accuracy,
    };

    /// <summary>"brier 0.14321 against 0.14502 (better by 0.00181, 95% interval 0.00090 to 0.00270)".</summary>
    public string Text => string.Create(CultureInfo.InvariantCulture,
        $"{Rule.MetricName} {Candidate:0.00000} against {Champion:0.00000} ({Words}; "
        + $"{Rule.Confidence:0.##%} interval of the gain {Low:0.00000} to {High:0.00000})");

    private string Words => Improvement switch
    {
        > Shown => string.Create(CultureInfo.InvariantCulture, $"better by {Improvement:0.00000}"),
        < -Shown => string.Create(CultureInfo.InvariantCulture, $"worse by {-Improvement:0.00000}"),
        _ => "the same",
    };

    public JsonObject Json() => new()
    {
        ["metric"] = Rule.MetricName,
        ["require"] = Rule.Require,
        ["margin"] = Rule.Margin,
        ["confidence"] = Rule.Confidence,
        ["test"] = PValue is null ? "paired block bootstrap" : "DeLong",
        ["candidate"] = Candidate,
        ["champion"] = Champion,
        ["improvement"] = Improvement,
        ["low"] = Low,
        ["high"] = High,
        ["p_value"] = PValue,
        ["holds"] = Holds,
    };

    private static double Loss(GateMetric metric, double score, bool outcome)
    {
        const double Epsilon = 2.220446049250313e-16;
        return metric switch
        {
            GateMetric.Brier => (score - (outcome ? 1 : 0)) * (score - (outcome ? 1 : 0)),
            GateMetric.LogLoss => -Math.Log(Math.Clamp(outcome ? score : 1 - score, Epsilon, 1 - Epsilon)),
            _ => score >= 0.5 == outcome ? 0 : 1,
        };
    }
}
