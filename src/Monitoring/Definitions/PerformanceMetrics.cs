using System.Collections.Frozen;
using Slipway.Statistics.Performance;

namespace Slipway.Monitoring.Definitions;

/// <summary>The figures of performance by name.</summary>
internal static class PerformanceMetrics
{
    /// <summary>Before the name of a figure that was estimated without labels.</summary>
    public const string Estimated = "estimated_";

    public const string Slope = "calibration_slope";

    private static readonly FrozenSet<string> s_losses =
        new[] { "brier", "log_loss", "calibration_error", "mae", "mse", "rmse", "mape" }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_measured =
        ClassificationScan.Names.Concat(RegressionScan.Names).Append(Slope).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Names that a threshold may be given for.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. s_measured.Concat(s_measured.Where(name => name != Slope).Select(name => Estimated + name)).Order(StringComparer.Ordinal)];

    public static bool IsKnown(string name) => s_measured.Contains(name);

    public static bool IsLoss(string name) =>
        s_losses.Contains(name.StartsWith(Estimated, StringComparison.Ordinal) ? name[Estimated.Length..] : name);

    /// <summary>By which part of the reference the figure is worse; negative when it is better.</summary>
    public static double RelativeDrop(string name, double reference, double current) =>
        (IsLoss(name) ? current - reference : reference - current) / Math.Max(Math.Abs(reference), 1e-12);
}
