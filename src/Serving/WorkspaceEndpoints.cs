using Slipway.Security.Contracts;

namespace Slipway.Serving;

/// <summary>What becomes of endpoints with their workspace; one that answers calls has to be deleted by itself, which unloads its models.</summary>
internal static class WorkspaceEndpoints
{
    public static WorkspaceRows Rows { get; } = new()
    {
        Kept = ["rollouts", "rollout_decisions"],
        Deletions =
        [
            "delete from batch_jobs where workspace = @Workspace",
            "delete from serving_instances where workspace = @Workspace",
            "delete from answer_profiles where workspace = @Workspace",
        ],
        AtWork = ["select 'endpoint ' || name || ' answers calls' from online_endpoints where workspace = @Workspace order by name"],
        Contents =
        [
            "delete from batch_deployments where workspace = @Workspace",
            "delete from batch_endpoints where workspace = @Workspace",
            "delete from endpoint_credentials where workspace = @Workspace",
            "delete from collected_segments where workspace = @Workspace",
            "delete from label_segments where workspace = @Workspace",
        ],
    };
}
