using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Workspaces;

/// <summary>MLflow's workspaces, which are those of the whole server.</summary>
internal static class WorkspaceRoutes
{
    public static IServiceCollection AddWorkspaces(this IServiceCollection services) => services
        .AddSingleton(WorkspaceRuns.Rows)
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
