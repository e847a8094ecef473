using Slipway.Security.Contracts;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Purge;

namespace Slipway.Tracking.Workspaces;

/// <summary>What becomes of experiments and all below them with their workspace.</summary>
internal static class WorkspaceRuns
{
    // Whose place is told by their workspace alone.
    private static readonly string[] s_moved = ["experiments", "runs", "logged_models", "traces", "trace_runs", "issues", "evaluation_datasets", "artifact_uploads"];

    // Nobody made the experiment "Default" that a workspace begins with.
    private const string UnusedDefault =
        $"""
        e.workspace = @Workspace and e.name = '{ExperimentStore.DefaultName}'
        and not exists (select 1 from runs x where x.experiment_id = e.id)
        and not exists (select 1 from traces x where x.experiment_id = e.id)
        and not exists (select 1 from logged_models x where x.experiment_id = e.id)
        and not exists (select 1 from scorers x where x.experiment_id = e.id)
        and not exists (select 1 from issues x where x.experiment_id = e.id)
        and not exists (select 1 from evaluation_dataset_experiments x where x.experiment_id = e.id)
        """;

    private static readonly string[] s_withoutDefault =
    [
        $"delete from experiment_tags where experiment_id in (select e.id from experiments e where {UnusedDefault})",
        $"delete from experiments where id in (select e.id from experiments e where {UnusedDefault})",
    ];

    public static WorkspaceRows Rows { get; } = new()
    {
        // Artifacts without their runs and models are found by nobody.
        Deletions =
        [
            "delete from trace_runs where workspace = @Workspace",
            "delete from artifacts where workspace = @Workspace",
            "delete from artifact_upload_parts where upload_id in (select id from artifact_uploads where workspace = @Workspace)",
            "delete from artifact_uploads where workspace = @Workspace",
            .. s_withoutDefault,
        ],
        Contents =
        [
            .. Below(RowRemoval.OfRuns, "run_no", "no", "runs"),
            .. Below(RowRemoval.OfTraces, "trace_no", "no", "traces"),
            .. Below(RowRemoval.OfModels, "model_id", "id", "logged_models"),
            .. Below(["evaluation_dataset_tags", "evaluation_dataset_experiments", "evaluation_records"], "dataset_id", "id", "evaluation_datasets"),
            .. Below(["datasets", "scorers", "experiment_tags"], "experiment_id", "id", "experiments"),
            .. new[] { "issues", "traces", "logged_models", "evaluation_datasets", "runs", "experiments" }
                .Select(table => $"delete from {table} where workspace = @Workspace"),
        ],
        Moves =
        [
            .. s_withoutDefault,
            .. s_moved.Select(table => $"update {table} set workspace = @Target where workspace = @Workspace"),

            // What is there already is the same: a place has the number of its experiment, or is made of its content.
            """
            update artifacts set workspace = @Target where workspace = @Workspace
            and not exists (select 1 from artifacts o where o.workspace = @Target and o.folder = artifacts.folder and o.name = artifacts.name)
            """,
        ],
        Taken =
        [
            $"""
            select 'experiment ' || e.name from experiments e
            join experiments o on o.workspace = @Target and o.name = e.name
            where e.workspace = @Workspace and not ({UnusedDefault}) order by e.name
            """,
            "select 'trace ' || t.id from traces t join traces o on o.workspace = @Target and o.id = t.id where t.workspace = @Workspace order by t.id",
        ],
    };

    private static IEnumerable<string> Below(IEnumerable<string> tables, string column, string key, string parent) =>
        tables.Select(table => $"delete from {table} where {column} in (select {key} from {parent} where workspace = @Workspace)");
}
