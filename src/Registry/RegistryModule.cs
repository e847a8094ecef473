using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Registry.Contracts;
using Slipway.Registry.Gates;
using Slipway.Registry.Versions;

namespace Slipway.Registry;

/// <summary>Registered models: versions, aliases, gate decisions, history.</summary>
public static class RegistryModule
{
    public static IServiceCollection AddRegistry(this IServiceCollection services) => services
        .AddSingleton<IMigrations>(new EmbeddedMigrations("registry", typeof(RegistryModule).Assembly))
        .AddSingleton<ModelStore>()
        .AddSingleton<IModelHistory, ModelHistory>()
        .AddSingleton<IModelRegistry, ModelRegistry>()
        .AddSingleton<IGateLog, GateLog>();

    /// <param name="routes">The group of /api/v1.</param>
    public static void MapRegistry(this IEndpointRouteBuilder routes) => ModelRoutes.Map(routes);
}
