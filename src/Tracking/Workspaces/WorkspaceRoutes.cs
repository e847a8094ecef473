using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Workspaces;

/// <summary>MLflow's workspaces, which are those of the whole server.</summary>
internal static class WorkspaceRoutes
{
    // Nobody made the experiment "Default", and artifacts without their runs and models are found by nobody.
    private static readonly WorkspaceRows s_rows = new()
    {
        Deletions =
        [
            "delete from trace_runs where workspace = @Workspace",
            "delete from artifacts where workspace = @Workspace",
            "delete from artifact_upload_parts where upload_id in (select id from artifact_uploads where workspace = @Workspace)",
            "delete from artifact_uploads where workspace = @Workspace",
            $"delete from experiment_tags where experiment_id in (select e.id from experiments e where {UnusedDefault})",
            $"delete from experiments where id in (select e.id from experiments e where {UnusedDefault})",
        ],
    };

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

    public static IServiceCollection AddWorkspaces(this IServiceCollection services) => services
        .AddSingleton(s_rows)
        .AddSingleton<IEventHandler<WorkspaceDeleted>>(provider => provider.GetRequiredService<ExperimentStore>())
        .AddSingleton<ListWorkspaces>()
        .AddSingleton<CreateWorkspace>()
        .AddSingleton<GetWorkspace>()
        .AddSingleton<UpdateWorkspace>()
        .AddSingleton<DeleteWorkspace>();

    public static void Map(IEndpointRouteBuilder routes)
    {
        ListWorkspaces.Map(routes);
        CreateWorkspace.Map(routes);
        GetWorkspace.Map(routes);
        UpdateWorkspace.Map(routes);
        DeleteWorkspace.Map(routes);
    }
}
