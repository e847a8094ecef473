using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Tracking.Api;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.Contracts;
using Slipway.Tracking.Evaluation;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Import;
using Slipway.Tracking.Inputs;
using Slipway.Tracking.Issues;
using Slipway.Tracking.LoggedModels;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Moves;
using Slipway.Tracking.Purge;
using Slipway.Tracking.Runs;
using Slipway.Tracking.Search;
using Slipway.Tracking.Sql;
using Slipway.Tracking.Traces;
using Slipway.Tracking.Traces.Metrics;
using Slipway.Tracking.Workspaces;

namespace Slipway.Tracking;

/// <summary>Experiments, runs, metrics, artifacts, logged models and traces, over the MLflow REST API.</summary>
public static class TrackingModule
{
    /// <summary>The module's tables.</summary>
    public static IMigrations Migrations { get; } = new EmbeddedMigrations("tracking", typeof(TrackingModule).Assembly);

    public static IServiceCollection AddTracking(this IServiceCollection services)
    {
        services.AddSingleton(Migrations);
        services.TryAddSingleton<Events>();
        services.TryAddSingleton(new SearchSettings());
        services.AddSingleton<ITracking, RunTracking>().AddSingleton<IModelSources, ModelSources>();
        return services.AddStores().AddExperiments().AddRuns().AddArtifacts().AddLoggedModels().AddTraces().AddEvaluation().AddIssues().AddWorkspaces()
            .AddSingleton<ListRuns>()
            .AddSingleton<ShowRun>()
            .AddSingleton<ShowRunHistory>()
            .AddSingleton<ShowSeries>()
            .AddSingleton<ListPoints>()
            .AddSingleton<ListExperiments>()
            .AddSingleton<ILakeView, TrackingView>();
    }

    /// <param name="routes">The root: MLflow's paths and /api/v1/runs stand below it.</param>
    public static IEndpointRouteBuilder MapTracking(this IEndpointRouteBuilder routes)
    {
        MapExperiments(routes);
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
        LogModel.Map(routes);
        GetMetricHistory.Map(routes);
        GetHistoryBulk.Map(routes);
        GetHistoryInterval.Map(routes);
        LogInputs.Map(routes);
        LogOutputs.Map(routes);
        SearchDatasets.Map(routes);
        ListArtifacts.Map(routes);
        GetArtifact.Map(routes);
        UploadArtifact.Map(routes);
        DownloadArtifact.Map(routes);
        ListProxyArtifacts.Map(routes);
        DeleteArtifact.Map(routes);
        UploadRunArtifact.Map(routes);
        MapUploads(routes);
        ServerFacts.Map(routes);
        LeftOut.Map(routes);
        MapLoggedModels(routes);
        MapTraces(routes);
        EvaluationRoutes.Map(routes);
        IssueRoutes.Map(routes);
        WorkspaceRoutes.Map(routes);
        MapApi(routes.MapGroup("/api/v1"));
        return routes;
    }

    private static void MapExperiments(IEndpointRouteBuilder routes)
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
    }

    private static void MapUploads(IEndpointRouteBuilder routes)
    {
        CreateUpload.Map(routes);
        UploadPart.Map(routes);
        CompleteUpload.Map(routes);
        AbortUpload.Map(routes);
        PresignArtifact.Map(routes);
    }

    private static void MapLoggedModels(IEndpointRouteBuilder routes)
    {
        CreateLoggedModel.Map(routes);
        GetLoggedModel.Map(routes);
        FinalizeLoggedModel.Map(routes);
        DeleteLoggedModel.Map(routes);
        SearchLoggedModels.Map(routes);
        SetLoggedModelTags.Map(routes);
        DeleteLoggedModelTag.Map(routes);
        LogLoggedModelParams.Map(routes);
        ListLoggedModelArtifacts.Map(routes);
    }

    private static void MapTraces(IEndpointRouteBuilder routes)
    {
        IngestSpans.Map(routes);
        StartTrace.Map(routes);
        GetTraceInfo.Map(routes);
        GetTraceInfos.Map(routes);
        GetTraces.Map(routes);
        SearchTraces.Map(routes);
        CorrelateFilters.Map(routes);
        QueryTraceMetrics.Map(routes);
        GetTraceArtifact.Map(routes);
        DeleteTraces.Map(routes);
        LinkTraces.Map(routes);
        LinkPrompts.Map(routes);
        SetTraceTag.Map(routes);
        DeleteTraceTag.Map(routes);
        CreateAssessment.Map(routes);
        GetAssessment.Map(routes);
        UpdateAssessment.Map(routes);
        DeleteAssessment.Map(routes);
    }

    private static void MapApi(IEndpointRouteBuilder routes)
    {
        ListRuns.Map(routes);
        ShowRun.Map(routes);
        ShowRunHistory.Map(routes);
        ShowSeries.Map(routes);
        ListPoints.Map(routes);
        ListExperiments.Map(routes);
        PurgeRuns.Map(routes);
        PurgeExperiments.Map(routes);
        MoveRuns.Map(routes);
        MoveFolder.Map(routes);
        ImportExperiment.Map(routes);
        ImportRun.Map(routes);
        ImportPoints.Map(routes);
        ImportState.Map(routes);
        ImportedTrace.Map(routes);
        ImportLoggedModel.Map(routes);
    }
}
