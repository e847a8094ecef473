using Slipway.Security.Contracts;

namespace Slipway.Lake;

/// <summary>What becomes of data with its workspace; reports of its tests stay.</summary>
internal static class WorkspaceData
{
    public static WorkspaceRows Rows { get; } = new()
    {
        Kept = ["data_test_runs"],
        Deletions = ["delete from datastore_objects where workspace = @Workspace"],
        Contents =
        [
            "delete from data_labels where workspace = @Workspace",
            "delete from data_gates where workspace = @Workspace",
            "delete from data_retention where workspace = @Workspace",
            "delete from data_versions where workspace = @Workspace",
            "delete from datastores where workspace = @Workspace",
        ],
    };
}
