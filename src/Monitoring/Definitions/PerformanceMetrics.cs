using System.Collections.Frozen;
using Slipway.Statistics;

namespace Slipway.Monitoring.Definitions;

/// <summary>The figures of performance by name.</summary>
internal static class PerformanceMetrics
{
    private static readonly FrozenDictionary<string, Func<BinaryMetrics, double>> s_all =
        new Dictionary<string, Func<BinaryMetrics, double>>
        {
            ["accuracy"] = metrics => metrics.Accuracy,
            ["precision"] = metrics => metrics.Precision,
            ["recall"] = metrics => metrics.Recall,
            ["f1"] = metrics => metrics.F1,
            ["auc"] = metrics => metrics.Auc,
            ["average_precision"] = metrics => metrics.AveragePrecision,
            ["brier"] = metrics => metrics.Brier,
            ["log_loss"] = metrics => metrics.LogLoss,
            ["calibration_error"] = metrics => metrics.Calibration,
        }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_losses = new[] { "brier", "log_loss", "calibration_error" }.ToFrozenSet();

    public static IReadOnlyList<string> Names { get; } = [.. s_all.Keys.Order(StringComparer.Ordinal)];

    public static bool IsKnown(string name) => s_all.ContainsKey(name);

    public static bool IsLoss(string name) => s_losses.Contains(name);

    public static double Of(BinaryMetrics metrics, string name) => s_all[name](metrics);

    /// <summary>By which part of the reference the figure is worse; negative when it is better.</summary>
    public static double RelativeDrop(string name, double reference, double current) =>
        (IsLoss(name) ? current - reference : reference - current) / Math.Max(Math.Abs(reference), 1e-12);
}
