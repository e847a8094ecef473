using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.Contracts;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Inputs;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Runs;
using Slipway.Tracking.Search;

namespace Slipway.Tracking;

/// <summary>Experiments, runs, metrics, params, tags and artifacts, over the MLflow REST API.</summary>
public static class TrackingModule
{
    public static IServiceCollection AddTracking(this IServiceCollection services)
    {
        services.AddSingleton<IMigrations>(new EmbeddedMigrations("tracking", typeof(TrackingModule).Assembly));
        services.TryAddSingleton<Events>();
        services.AddSingleton<ITracking, RunTracking>();
        return services.AddStores().AddExperiments().AddRuns().AddArtifacts();
    }

    public static IEndpointRouteBuilder MapTracking(this IEndpointRouteBuilder routes)
    {
        CreateExperiment.Map(routes);
        GetExperiment.Map(routes);
        GetExperimentByName.Map(routes);
        SearchExperiments.Map(routes);
        UpdateExperiment.Map(routes);
        DeleteExperiment.Map(routes);
        RestoreExperiment.Map(routes);
        SetExperimentTag.Map(routes);
        DeleteExperimentTag.Map(routes);
        CreateRun.Map(routes);
        GetRun.Map(routes);
        UpdateRun.Map(routes);
        DeleteRun.Map(routes);
        RestoreRun.Map(routes);
        SearchRuns.Map(routes);
        SetRunTag.Map(routes);
        DeleteRunTag.Map(routes);
        LogParameter.Map(routes);
        LogMetric.Map(routes);
        LogBatch.Map(routes);
        GetMetricHistory.Map(routes);
        LogInputs.Map(routes);
        LogOutputs.Map(routes);
        ListArtifacts.Map(routes);
        GetArtifact.Map(routes);
        UploadArtifact.Map(routes);
        DownloadArtifact.Map(routes);
        ListProxyArtifacts.Map(routes);
        DeleteArtifact.Map(routes);
        return routes;
    }

    private static IServiceCollection AddStores(this IServiceCollection services) => services
        .AddSingleton<ExperimentStore>()
        .AddSingleton<RunStore>()
        .AddSingleton<RunReader>()
        .AddSingleton<RunSearch>()
        .AddSingleton<MetricKeys>()
        .AddSingleton<MetricStore>()
        .AddSingleton<InputStore>()
        .AddSingleton<ArtifactStore>()
        .AddSingleton<ArtifactFiles>();

    private static IServiceCollection AddExperiments(this IServiceCollection services) => services
        .AddSingleton<CreateExperiment>()
        .AddSingleton<GetExperiment>()
        .AddSingleton<GetExperimentByName>()
        .AddSingleton<SearchExperiments>()
        .AddSingleton<UpdateExperiment>()
        .AddSingleton<DeleteExperiment>()
        .AddSingleton<RestoreExperiment>()
        .AddSingleton<SetExperimentTag>()
        .AddSingleton<DeleteExperimentTag>();

    private static IServiceCollection AddRuns(this IServiceCollection services) => services
        .AddSingleton<CreateRun>()
        .AddSingleton<GetRun>()
        .AddSingleton<UpdateRun>()
        .AddSingleton<DeleteRun>()
        .AddSingleton<RestoreRun>()
        .AddSingleton<SearchRuns>()
        .AddSingleton<SetRunTag>()
        .AddSingleton<DeleteRunTag>()
        .AddSingleton<LogParameter>()
        .AddSingleton<LogMetric>()
        .AddSingleton<LogBatch>()
        .AddSingleton<GetMetricHistory>()
        .AddSingleton<LogInputs>()
        .AddSingleton<LogOutputs>();

    private static IServiceCollection AddArtifacts(this IServiceCollection services) => services
        .AddSingleton<ListArtifacts>()
        .AddSingleton<GetArtifact>()
        .AddSingleton<UploadArtifact>()
        .AddSingleton<DownloadArtifact>()
        .AddSingleton<ListProxyArtifacts>()
        .AddSingleton<DeleteArtifact>();
}
