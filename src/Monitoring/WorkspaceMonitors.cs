using Slipway.Security.Contracts;

namespace Slipway.Monitoring;

/// <summary>What becomes of monitors and alerts with their workspace; what they found stays.</summary>
internal static class WorkspaceMonitors
{
    public static WorkspaceRows Rows { get; } = new()
    {
        Kept = ["monitor_runs", "alerts", "alert_messages", "incidents", "retraining_decisions", "retraining_challenges"],
        Deletions =
        [
            "delete from alert_groups where workspace = @Workspace",
            "delete from alert_silences where workspace = @Workspace",
            "delete from deployment_samples where workspace = @Workspace",
            "delete from backtests where workspace = @Workspace",
            "delete from anomaly_points where workspace = @Workspace",
            "delete from pushed_points where series in (select id from pushed_series where workspace = @Workspace)",
            "delete from pushed_series where workspace = @Workspace",
        ],
        Contents =
        [
            "delete from monitors where workspace = @Workspace",
            "delete from retraining_policies where workspace = @Workspace",
            "delete from alert_rules where workspace = @Workspace",
            "delete from alert_receivers where workspace = @Workspace",
            "delete from anomaly_detectors where workspace = @Workspace",
        ],
    };
}
