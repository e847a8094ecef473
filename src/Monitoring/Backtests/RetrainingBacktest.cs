using Slipway.Monitoring.Definitions;

namespace Slipway.Monitoring.Backtests;

/// <summary>What a retraining policy would have done, and how good the answers would have been.</summary>
/// <param name="Metric">"brier" or "mse": lower is better.</param>
/// <param name="Frozen">Mean over the windows (null without labels) of the first model, never replaced.</param>
/// <param name="Ungated">Of a model trained at the end of every window and always put into service.</param>
/// <param name="Gated">Of the policy: trained when it decides so, put into service when the gate accepts.</param>
/// <param name="Assumes">What the replay takes for granted and a policy in service does not.</param>
/// <param name="UngatedWorse">Windows in which training every time was worse than never.</param>
internal sealed record RetrainingBacktest(
    string Policy, string Metric, double? Frozen, double? Ungated, double? Gated, int Retrainings, int Promotions, int Rejections, int UngatedWorse,
    IReadOnlyList<string> Assumes, IReadOnlyList<RetrainingBacktest.Window> Windows)
{
    /// <param name="Champion">The model that answered the window; 1 is the first.</param>
    /// <param name="Drifted">Inputs of the window that drifted from what the champion learned from.</param>
    /// <param name="Decision">At the window's end, in a sentence with its numbers.</param>
    /// <param name="Accepted">What the gate said of the candidate; null without one.</param>
    internal sealed record Window(
        DateTimeOffset From, DateTimeOffset To, long Rows, int Champion, double? Frozen, double? Ungated, double? Gated,
        IReadOnlyList<string> Drifted, bool Retrain, string Decision, bool? Accepted, string? Gate);

    public static RetrainingBacktest Of(RetrainingDefinition policy, string metric, IReadOnlyList<Window> windows) => new(
        policy.Name,
        metric,
        windows.Average(window => window.Frozen),
        windows.Average(window => window.Ungated),
        windows.Average(window => window.Gated),
        windows.Count(window => window.Retrain),
        windows.Count(window => window.Accepted == true),
        windows.Count(window => window.Accepted == false),
        windows.Count(window => window.Ungated > window.Frozen),
        Assumed(policy),
        windows);

    private static IReadOnlyList<string> Assumed(RetrainingDefinition policy) => policy.Rollout is null
        ? []
        : ["Every candidate that the gate accepts passes its rollout, before the next window begins: a replay has no live traffic to try it on."];
}
