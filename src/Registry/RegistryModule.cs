using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Lake.Contracts;
using Slipway.Lineage.Contracts;
using Slipway.Registry.Contracts;
using Slipway.Registry.Gates;
using Slipway.Registry.Import;
using Slipway.Registry.Mlflow;
using Slipway.Registry.Versions;

namespace Slipway.Registry;

/// <summary>Registered models: versions, aliases, gate decisions, history.</summary>
public static class RegistryModule
{
    public static IServiceCollection AddRegistry(this IServiceCollection services) => services
        .AddSingleton<IMigrations>(new EmbeddedMigrations("registry", typeof(RegistryModule).Assembly))
        .AddSingleton(WorkspaceModels.Rows)
        .AddSingleton<ModelStore>()
        .AddSingleton<IContentRoots, ModelRoots>()
        .AddSingleton<IKeptHistories, ModelHistories>()
        .AddSingleton<VersionSources>()
        .AddSingleton<IModelHistory, ModelHistory>()
        .AddSingleton<RegistryActs>()
        .AddSingleton<RegisterVersion>()
        .AddSingleton<MoveAlias>()
        .AddSingleton<UpdateVersion>()
        .AddSingleton<RegisterModel>()
        .AddSingleton<IModelRegistry, ModelRegistry>()
        .AddSingleton<ILineageThings, ModelsInLineage>()
        .AddSingleton<ITrainingProfiles, TrainingProfiles>()
        .AddSingleton<IGateLog, GateLog>()
        .AddSingleton<ModelImports>()
        .AddSingleton<ImportModel>()
        .AddMlflowRegistry();

    /// <param name="routes">The group of /api/v1.</param>
    public static void MapRegistry(this IEndpointRouteBuilder routes)
    {
        ModelRoutes.Map(routes);
        ImportModel.Map(routes);
        UpdateVersion.Map(routes);
        RegisterModel.Map(routes);
    }

    /// <param name="root">MLflow's paths stand below the root.</param>
    public static void MapMlflowRegistry(this IEndpointRouteBuilder root) => MlflowRegistry.Map(root);
}
