using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Slipway.Data;
using Slipway.Jobs.Assets;
using Slipway.Jobs.Caching;
using Slipway.Jobs.Compute;
using Slipway.Jobs.Compute.Containers;
using Slipway.Jobs.Compute.Local;
using Slipway.Jobs.Compute.Python;
using Slipway.Jobs.Compute.Slurm;
using Slipway.Jobs.Compute.SystemMetrics;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Execution;
using Slipway.Jobs.Operations;
using Slipway.Jobs.Parallel;
using Slipway.Jobs.Planning;
using Slipway.Jobs.Schedules;
using Slipway.Jobs.Schedules.Pushes;
using Slipway.Jobs.Schedules.Watches;
using Slipway.Jobs.Sweeps;
using Slipway.Kernel;
using Slipway.Kernel.Metrics;
using Slipway.Lake.Contracts;
using Slipway.Registry.Contracts;

namespace Slipway.Jobs;

/// <summary>Jobs and pipelines: Azure ML definitions, run as steps that survive the server.</summary>
public static class JobsModule
{
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddOptions<JobsOptions>().BindConfiguration(JobsOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<JobsOptions>, JobsOptionsValidator>();
        services.AddSingleton<IMigrations>(new EmbeddedMigrations("jobs", typeof(JobsModule).Assembly));
        services.AddSingleton(WorkspaceJobs.Rows);
        return services
            .AddStores()
            .AddExecution()
            .AddCompute()
            .AddSweeps()
            .AddSchedules()
            .AddOperations();
    }

    /// <param name="routes">The group of /api/v1.</param>
    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        SubmitJob.Map(routes);
        ShowJob.Map(routes);
        ListOutputs.Map(routes);
        ListJobs.Map(routes);
        CancelJob.Map(routes);
        UpdateJob.Map(routes);
        JobLogs.Map(routes);
        SearchLogs.Map(routes);
        ShowCompute.Map(routes);
        ExplainCache.Map(routes);
        ShowSchema.Map(routes);
        RegisterAsset.Map(routes);
        ShowAssets.Map(routes);
        ArchiveAsset.Map(routes);
        UpdateAsset.Map(routes);
        ListTrials.Map(routes);
        CreateSchedule.Map(routes);
        ShowSchedules.Map(routes);
        ChangeSchedule.Map(routes);
        FireSchedule.Map(routes);
        ReceivePush.Map(routes);
    }

    /// <summary>What leases and runs steps, alone: for a host that starts only some parts of a server.</summary>
    public static IServiceCollection AddStepWorker(this IServiceCollection services) => services.AddHostedService<StepWorker>();

    // The step kind is lazy about submission, which knows all step kinds.
    private static IServiceCollection AddSweeps(this IServiceCollection services) => services
        .AddSingleton<TrialStore>()
        .AddSingleton<TrialJobs>()
        .AddSingleton(provider => new Lazy<TrialJobs>(provider.GetRequiredService<TrialJobs>))
        .AddSingleton<TrialNews>()
        .AddSingleton<IEventHandler<JobFinished>>(provider => provider.GetRequiredService<TrialNews>())
        .AddSingleton<IStepKind, SweepStep>()
        .AddSingleton<IStepKind, ParallelStep>()
        .AddSingleton<ListTrials>();

    private static IServiceCollection AddStores(this IServiceCollection services) => services
        .AddSingleton<JobStore>()
        .AddSingleton<StepStore>()
        .AddSingleton<StepCache>()
        .AddSingleton<AssetStore>()
        .AddSingleton<IContentRoots, JobRoots>()
        .AddSingleton<IContentRetention, StepCacheRetention>();

    private static IServiceCollection AddExecution(this IServiceCollection services) => services
        .AddSingleton<Policies<IStepKind>>()
        .AddSingleton<ActiveJobs>()
        .AddSingleton<IGaugeSource, JobGauges>()
        .AddSingleton<JobProgress>()
        .AddSingleton<JobSubmission>()
        .AddSingleton<NewsTeller>()
        .AddSingleton<JobEnding>()
        .AddSingleton<LogSharing>()
        .AddSingleton<StepWatch>()
        .AddSingleton<JobViews>()
        .AddSingleton<StoredReferences>()
        .AddSingleton<PlanCheck>()
        .AddSingleton<InputAssets>()
        .AddSingleton<InputCheck>()
        .AddSingleton<StepInputs>()
        .AddSingleton<SpareFolders>()
        .AddSingleton<StepOutputs>()
        .AddSingleton<StepReuse>()
        .AddSingleton<StepArtifacts>()
        .AddSingleton<StepPreparation>()
        .AddSingleton<StepStarts>()
        .AddSingleton<StepRunner>()
        .AddSingleton<JobsMeter>()
        .AddSingleton<StepExecutor>()
        .AddStepWorker();

    private static IServiceCollection AddCompute(this IServiceCollection services) => services
        .AddSingleton<Policies<IComputeTarget>>()
        .AddSingleton<IComputeTarget, LocalCompute>()
        .AddSingleton<IComputeTarget, ContainerCompute>()
        .AddSingleton<IComputeTarget, SlurmCompute>()
        .AddSingleton<ComputeChoice>()
        .AddSingleton<ShowCompute>()
        .AddSingleton<StepKeys>()
        .AddSingleton<LocalLimits>()
        .AddSingleton<ContainerEngine>()
        .AddSingleton<ContainerImages>()
        .AddSingleton<IServerContainers, ServerContainers>()
        .AddSingleton<PythonEnvironments>()
        .AddSingleton<IPythonEnvironments>(provider => provider.GetRequiredService<PythonEnvironments>())
        .AddSingleton<INamedEnvironments, NamedEnvironments>()
        .AddSingleton<Warden>()
        .AddSingleton<ServerAddress>()
        .AddSingleton<CommandEnvironment>()
        .AddSingleton<CommandRunner>()
        .AddSingleton<SystemMetricsLog>()
        .AddSingleton<IStepKind, CommandStep>();

    private static IServiceCollection AddSchedules(this IServiceCollection services) => services
        .AddSingleton<ScheduleStore>()
        .AddSingleton<FiringStore>()
        .AddSingleton<DueSchedules>()
        .AddSingleton<WaitingFirings>()
        .AddSingleton<ScheduleStarts>()
        .AddSingleton<ScheduleMeter>()
        .AddSingleton<Policies<IScheduledAct>>()
        .AddSingleton<IScheduledAct, CreateJobAct>()
        .AddSingleton<IEventHandler<JobFinished>, FiringsAfterJobs>()
        .AddSingleton<CreateSchedule>()
        .AddSingleton<ShowSchedules>()
        .AddSingleton<ChangeSchedule>()
        .AddSingleton<FireSchedule>()
        .AddSingleton<ISchedules, KeptSchedules>()
        .AddHostedService<ScheduleTimer>()
        .AddHostedService<ScheduleWorker>()
        .AddWatches()
        .AddPushes();

    private static IServiceCollection AddWatches(this IServiceCollection services) => services
        .AddSingleton<Policies<IWatch>>()
        .AddSingleton<IWatch, DataWatch>()
        .AddSingleton<IWatch, FileWatch>()
        .AddSingleton<IWatch, ModelWatch>()
        .AddSingleton<IWatch, JobWatch>()
        .AddSingleton<WatchedFileStore>()
        .AddSingleton<WakeOnNews>()
        .AddSingleton<IEventHandler<DataVersionCreated>>(provider => provider.GetRequiredService<WakeOnNews>())
        .AddSingleton<IEventHandler<VersionRegistered>>(provider => provider.GetRequiredService<WakeOnNews>())
        .AddSingleton<IEventHandler<AliasMoved>>(provider => provider.GetRequiredService<WakeOnNews>())
        .AddSingleton<IEventHandler<JobFinished>>(provider => provider.GetRequiredService<WakeOnNews>())
        .AddSingleton<DueWatches>()
        .AddHostedService<WatchTimer>();

    private static IServiceCollection AddPushes(this IServiceCollection services) => services
        .AddSingleton<IWatch, PushWatch>()
        .AddSingleton<GitRemotes>()
        .AddSingleton<CommitCode>()
        .AddSingleton<CommitStatus>()
        .AddSingleton<IEventHandler<JobFinished>>(provider => provider.GetRequiredService<CommitStatus>())
        .AddSingleton<ReceivePush>();

    private static IServiceCollection AddOperations(this IServiceCollection services) => services
        .AddSingleton<DefinitionReader>()
        .AddSingleton<JobFiles>()
        .AddSingleton<StepLogs>()
        .AddSingleton<ShowSchema>()
        .AddSingleton<UsedAssets>()
        .AddSingleton<AnonymousComponents>()
        .AddSingleton<RegisterAsset>()
        .AddSingleton<ShowAssets>()
        .AddSingleton<ArchiveAsset>()
        .AddSingleton<UpdateAsset>()
        .AddSingleton<SubmitJob>()
        .AddSingleton<ShowJob>()
        .AddSingleton<ListOutputs>()
        .AddSingleton<ListJobs>()
        .AddSingleton<ILakeView, LogsView>()
        .AddSingleton<CancelJob>()
        .AddSingleton<UpdateJob>()
        .AddSingleton<JobLogs>()
        .AddSingleton<SearchLogs>()
        .AddSingleton<ExplainCache>()
        .AddSingleton<IJobs, JobGateway>();
}
