using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel.Metrics;
using Slipway.Lake.Contracts;
using Slipway.Lineage.Contracts;
using Slipway.Serving.Batch;
using Slipway.Serving.Batch.Scoring;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Edge;
using Slipway.Serving.Inference;
using Slipway.Serving.Mirroring;
using Slipway.Serving.Online;
using Slipway.Serving.Profiles;
using Slipway.Serving.Protocol;
using Slipway.Serving.Protocol.Grpc;
using Slipway.Serving.Protocol.Mlflow;
using Slipway.Serving.Replays;
using Slipway.Serving.Rollouts;
using Slipway.Serving.Routing;
using Slipway.Serving.Runtimes;
using Slipway.Serving.Runtimes.Onnx;
using Slipway.Serving.Runtimes.Proxy;
using Slipway.Serving.Runtimes.Python;

namespace Slipway.Serving;

/// <summary>Online endpoints: deployments of models, the Open Inference Protocol, collected data.</summary>
public static class ServingModule
{
    public static IServiceCollection AddServing(this IServiceCollection services, ServingOptions options) => services
        .AddSingleton<IMigrations>(new EmbeddedMigrations("serving", typeof(ServingModule).Assembly))
        .AddSingleton(options)
        .AddSingleton(WorkspaceEndpoints.Rows)
        .AddSingleton<RoutingTable>()
        .AddSingleton<ServingMetrics>()
        .AddSingleton<IDeploymentCounts, ServedCounts>()
        .AddSingleton<IHistogramSource>(provider => provider.GetRequiredService<ServingMetrics>())
        .AddOnline()
        .AddCollection()
        .AddProfiles()
        .AddRollouts()
        .AddBatch()
        .AddEdgeRoutes()
        .AddSingleton<IModelRuntime, OnnxRuntimePolicy>()
        .AddSingleton<IModelRuntime, PythonRuntime>()
        .AddSingleton<IModelRuntime, ProxyRuntime>()
        .AddSingleton<KnownRuntimes>()
        .AddSingleton<Shadowing>()
        .AddSingleton<InferenceCore>()
        .AddSingleton<ScoringAccess>()
        .AddSingleton<BodyMemory>()
        .AddSingleton<InferRoute>()
        .AddSingleton<ModelRoutes>()
        .AddSingleton<RepositoryRoutes>()
        .AddSingleton<ScoreRoutes>()
        .AddGrpcServices();

    /// <param name="routes">The root: the control plane is mapped below /api/v1, the data plane below /endpoints.</param>
    public static void MapServing(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1");
        EndpointRoutes.Map(api);
        DeploymentRoutes.Map(api);
        CredentialRoutes.Map(api);
        CreateRollout.Map(api);
        ShowRollouts.Map(api);
        SteerRollout.Map(api);
        JudgeRollout.Map(api);
        ReplayWindow.Map(api);
        AddFeedback.Map(api);
        ShowFeedback.Map(api);
        FindPrediction.Map(api);
        CountCollected.Map(api);
        ShowDeploymentLogs.Map(api);
        ShowProfile.Map(api);
        TakeProfile.Map(api);
        ShowConfiguration.Map(api);
        TakeSegment.Map(api);
        TakeReport.Map(api);
        BatchEndpointRoutes.Map(api);
        BatchDeploymentRoutes.Map(api);
        InvokeBatch.Map(api);
        ListBatchJobs.Map(api);
        AzureBatchRoutes.Map(routes);

        RepositoryRoutes.Map(routes.MapGroup("/endpoints/{endpoint}/v2").WithMetadata(OipErrorShape.Default, new ExcludeFromDescriptionAttribute()));
        routes.MapScoring();
    }

    /// <summary>The data plane alone.</summary>
    /// <param name="routes">The root.</param>
    public static void MapScoring(this IEndpointRouteBuilder routes)
    {
        var inference = routes.MapGroup("/endpoints/{endpoint}/v2").WithMetadata(OipErrorShape.Default, new ExcludeFromDescriptionAttribute());
        InferRoute.Map(inference);
        ModelRoutes.Map(inference);
        ScoreRoutes.Map(routes.MapGroup("/endpoints/{endpoint}").WithMetadata(new ExcludeFromDescriptionAttribute()));
        GrpcRoutes.Map(routes);

        // Its instruments answer only once it exists.
        routes.ServiceProvider.GetRequiredService<ServingMetrics>();
    }

    /// <summary>After <see cref="AddServing"/>: the parts of a process that answers for one endpoint of a server elsewhere.</summary>
    /// <param name="spoolBytes">How much collected data may wait for the server.</param>
    public static IServiceCollection AddEdge(
        this IServiceCollection services, string endpoint, Uri server, string? token, string? workspace, string home, long spoolBytes) => services
        .AddSingleton(new EdgeOptions(endpoint, server, token, workspace, home, spoolBytes))
        .AddSingleton<ControlPlane>()
        .AddSingleton<PulledVersions>()
        .AddSingleton<IDeployedVersions>(provider => provider.GetRequiredService<PulledVersions>())
        .AddSingleton<IContentRoots>(provider => provider.GetRequiredService<PulledVersions>())
        .AddSingleton<FollowControlPlane>()
        // They stop in the opposite order: the last rows are collected before the last are sent.
        .AddHostedService<SendCollected>()
        .AddHostedService(provider => provider.GetRequiredService<Collector>())
        .AddHostedService(provider => provider.GetRequiredService<KeepProfiles>())
        .AddHostedService(provider => provider.GetRequiredService<FollowControlPlane>());

    private static IServiceCollection AddEdgeRoutes(this IServiceCollection services) => services
        .AddSingleton<ShowConfiguration>()
        .AddSingleton<InstanceStore>()
        .AddSingleton<TakeSegment>()
        .AddSingleton<TakeReport>()
        .AddSingleton<TakeProfile>();

    private static IServiceCollection AddOnline(this IServiceCollection services) => services
        .AddSingleton<EndpointStore>()
        .AddSingleton<DeploymentLoader>()
        .AddSingleton<ChosenEnvironment>()
        .AddSingleton<CreateDeployment>()
        .AddSingleton<RetireDeployments>()
        .AddSingleton<SetTraffic>()
        .AddSingleton<SetMirror>()
        .AddSingleton<CredentialStore>()
        .AddSingleton<EndpointCredentials>()
        .AddSingleton<SwapDeployments>()
        .AddSingleton<OnlineEndpoints>()
        .AddSingleton<IEndpoints>(provider => provider.GetRequiredService<OnlineEndpoints>())
        .AddSingleton<ModelRepository>()
        .AddSingleton<ShowDeploymentLogs>()
        .AddSingleton<IDeployedVersions, RegisteredVersions>()
        .AddSingleton<IContentRoots, DeploymentRoots>()
        .AddSingleton<RecordedDeployments>()
        .AddHostedService<FollowRecords>();

    private static IServiceCollection AddProfiles(this IServiceCollection services) => services
        .AddSingleton<ProfileStore>()
        .AddSingleton<KeepProfiles>()
        .AddHostedService(provider => provider.GetRequiredService<KeepProfiles>())
        .AddSingleton<OpenProfile>()
        .AddSingleton<JoinProfiles>()
        .AddHostedService<ProfileTimer>()
        .AddSingleton<IAnswerProfiles, ReadProfiles>()
        .AddSingleton<ShowProfile>();

    private static IServiceCollection AddBatch(this IServiceCollection services) => services
        .AddSingleton<BatchStore>()
        .AddSingleton<IContentRoots, BatchRoots>()
        .AddSingleton<SaveBatchDeployment>()
        .AddSingleton<InvokeBatch>()
        .AddSingleton<ListBatchJobs>()
        .AddSingleton<IStepKind, BatchScoreStep>();

    private static IServiceCollection AddRollouts(this IServiceCollection services) => services
        .AddSingleton<ReplayWindow>()
        .AddSingleton<RolloutStore>()
        .AddSingleton<RolloutTraffic>()
        .AddSingleton<AnswerComparison>()
        .AddSingleton<RolloutLog>()
        .AddSingleton<JudgeRollout>()
        .AddSingleton<CreateRollout>()
        .AddSingleton<SteerRollout>()
        .AddSingleton<IRollouts, RolloutsOfOthers>()
        .AddHostedService<RolloutTimer>();

    private static IServiceCollection AddCollection(this IServiceCollection services) => services
        .AddSingleton<SegmentStore>()
        .AddSingleton<IContentRoots, SegmentRoots>()
        .AddSingleton<IContentRetention, SegmentRetention>()
        .AddSingleton<MaskKey>()
        .AddSingleton<SegmentFiles>()
        .AddSingleton<SegmentWriter>()
        .AddSingleton<SequenceClock>()
        .AddSingleton<Collector>()
        .AddHostedService(provider => provider.GetRequiredService<Collector>())
        .AddSingleton<CollectedData>()
        .AddSingleton<ICollectedData>(provider => provider.GetRequiredService<CollectedData>())
        .AddSingleton<ILakeView, PredictionsView>()
        .AddSingleton<FindPrediction>()
        .AddSingleton<ShowFeedback>()
        .AddSingleton<ILineageSource, PredictionLineage>();
}
