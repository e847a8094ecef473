using Slipway.Security.Contracts;

namespace Slipway.Jobs;

/// <summary>What becomes of jobs with their workspace: one that is over goes along, its run has to be deleted by itself.</summary>
internal static class WorkspaceJobs
{
    private const string Over = "status in ('Completed', 'Failed', 'Canceled') and announced = true";

    public static WorkspaceRows Rows { get; } = new()
    {
        Deletions =
        [
            "delete from step_cache where workspace = @Workspace",
            "delete from job_firings where workspace = @Workspace",
            $"delete from jobs where workspace = @Workspace and {Over}",
        ],
        AtWork = [$"select 'job ' || name || ' is ' || status from jobs where workspace = @Workspace and not ({Over}) order by id"],
        Contents =
        [
            "delete from job_schedules where workspace = @Workspace",
            "delete from job_assets where workspace = @Workspace",
        ],
    };
}
