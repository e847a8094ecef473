using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Lineage;

/// <summary>The lineage graph: what led to a thing, and what came of it.</summary>
public static class LineageModule
{
    public static IServiceCollection AddLineage(this IServiceCollection services) => services
        .AddSingleton<LineageWalk>()
        .AddSingleton<ShowLineage>();

    /// <param name="routes">The group of /api/v1.</param>
    public static void MapLineage(this IEndpointRouteBuilder routes) => ShowLineage.Map(routes);
}
