using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Import;
using Slipway.Tracking.Inputs;
using Slipway.Tracking.LoggedModels;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Moves;
using Slipway.Tracking.Purge;
using Slipway.Tracking.Runs;
using Slipway.Tracking.Search;
using Slipway.Tracking.Traces;
using Slipway.Tracking.Traces.Metrics;

namespace Slipway.Tracking;

/// <summary>The parts of the module, area by area.</summary>
internal static class TrackingServices
{
    public static IServiceCollection AddStores(this IServiceCollection services) => services
        .AddSingleton<ExperimentStore>()
        .AddSingleton<IContentRoots, ArtifactRoots>()
        .AddSingleton<IContentRetention, DeletedRunRetention>()
        .AddSingleton<IContentRetention, UploadRetention>()
        .AddSingleton<RunStore>()
        .AddSingleton<RunReader>()
        .AddSingleton<RunSearch>()
        .AddSingleton<PurgeStore>()
        .AddSingleton<PurgeRuns>()
        .AddSingleton<PurgeExperiments>()
        .AddSingleton<RunMoves>()
        .AddSingleton<FolderMoves>()
        .AddSingleton<MoveRuns>()
        .AddSingleton<MoveFolder>()
        .AddSingleton<ImportStore>()
        .AddSingleton<LoggedModelImports>()
        .AddSingleton<ImportState>()
        .AddSingleton<ImportedTrace>()
        .AddSingleton<ImportExperiment>()
        .AddSingleton<ImportRun>()
        .AddSingleton<ImportPoints>()
        .AddSingleton<ImportLoggedModel>()
        .AddSingleton<MetricKeys>()
        .AddSingleton<MetricStore>()
        .AddSingleton<InputStore>()
        .AddSingleton<ArtifactStore>()
        .AddSingleton<ArtifactFiles>();

    public static IServiceCollection AddExperiments(this IServiceCollection services) => services
        .AddSingleton<CreateExperiment>()
        .AddSingleton<GetExperiment>()
        .AddSingleton<GetExperimentByName>()
        .AddSingleton<SearchExperiments>()
        .AddSingleton<UpdateExperiment>()
        .AddSingleton<DeleteExperiment>()
        .AddSingleton<RestoreExperiment>()
        .AddSingleton<SetExperimentTag>()
        .AddSingleton<DeleteExperimentTag>();

    public static IServiceCollection AddRuns(this IServiceCollection services) => services
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
        .AddSingleton<LogModel>()
        .AddSingleton<GetMetricHistory>()
        .AddSingleton<GetHistoryBulk>()
        .AddSingleton<GetHistoryInterval>()
        .AddSingleton<LogInputs>()
        .AddSingleton<LogOutputs>()
        .AddSingleton<SearchDatasets>();

    public static IServiceCollection AddArtifacts(this IServiceCollection services) => services
        .AddSingleton<ListArtifacts>()
        .AddSingleton<GetArtifact>()
        .AddSingleton<UploadArtifact>()
        .AddSingleton<DownloadArtifact>()
        .AddSingleton<ListProxyArtifacts>()
        .AddSingleton<DeleteArtifact>()
        .AddSingleton<UploadRunArtifact>()
        .AddSingleton<UploadStore>()
        .AddSingleton<CreateUpload>()
        .AddSingleton<UploadPart>()
        .AddSingleton<CompleteUpload>()
        .AddSingleton<AbortUpload>();

    public static IServiceCollection AddLoggedModels(this IServiceCollection services) => services
        .AddSingleton<LoggedModelStore>()
        .AddSingleton<LoggedModelReader>()
        .AddSingleton<CreateLoggedModel>()
        .AddSingleton<GetLoggedModel>()
        .AddSingleton<FinalizeLoggedModel>()
        .AddSingleton<DeleteLoggedModel>()
        .AddSingleton<SearchLoggedModels>()
        .AddSingleton<SetLoggedModelTags>()
        .AddSingleton<DeleteLoggedModelTag>()
        .AddSingleton<LogLoggedModelParams>()
        .AddSingleton<ListLoggedModelArtifacts>();

    public static IServiceCollection AddTraces(this IServiceCollection services) => services
        .AddSingleton<TraceStore>()
        .AddSingleton<IngestSpans>()
        .AddSingleton<StartTrace>()
        .AddSingleton<GetTraceInfo>()
        .AddSingleton<GetTraceInfos>()
        .AddSingleton<GetTraces>()
        .AddSingleton<SearchTraces>()
        .AddSingleton<CorrelateFilters>()
        .AddSingleton<TraceMetricRows>()
        .AddSingleton<QueryTraceMetrics>()
        .AddSingleton<GetTraceArtifact>()
        .AddSingleton<DeleteTraces>()
        .AddSingleton<LinkTraces>()
        .AddSingleton<LinkPrompts>()
        .AddSingleton<SetTraceTag>()
        .AddSingleton<DeleteTraceTag>()
        .AddSingleton<CreateAssessment>()
        .AddSingleton<GetAssessment>()
        .AddSingleton<UpdateAssessment>()
        .AddSingleton<DeleteAssessment>();
}
