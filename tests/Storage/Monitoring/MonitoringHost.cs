using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Slipway.Data;
using Slipway.Jobs;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Schedules;
using Slipway.Kernel;
using Slipway.Lake;
using Slipway.Lake.Contracts;
using Slipway.Monitoring;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Monitors;
using Slipway.Monitoring.Retraining;
using Slipway.Monitoring.Runs;
using Slipway.Registry;
using Slipway.Registry.Contracts;
using Slipway.Security;
using Slipway.Security.Contracts;
using Slipway.Security.Deliveries;
using Slipway.Serving.Contracts;
using Slipway.Shared;
using Slipway.Statistics.Drift;
using Slipway.Storage.Jobs;
using Slipway.Tracking;
using Slipway.Tracking.Contracts;

namespace Slipway.Storage.Monitoring;

/// <summary>Monitoring over real records, content and engine; what was collected is a query that the test writes.</summary>
internal sealed class MonitoringHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    /// <param name="settings">Null: nothing may be sent.</param>
    /// <param name="twin">Another server, over the same endpoints, rollouts and jobs.</param>
    public MonitoringHost(
        Database database, string home, TimeProvider time, IReadOnlyDictionary<string, string?>? settings = null, MonitoringHost? twin = null)
    {
        (Jobs, Rollouts, Endpoints) = (twin?.Jobs ?? new(), twin?.Rollouts ?? new(), twin?.Endpoints ?? FakeEndpoints.Create());
        Content = new ContentStore(new LocalBlobStore(Path.Combine(home, "blobs")), new BlobCache(Path.Combine(home, "cache"), 1L << 40, TimeProvider.System));
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).AddSingleton(time).AddSingleton(_ => database).AddSingleton(Content).AddSingleton(new DataOptions { Home = home });
        services.AddSingleton<IBlobStore>(new LocalBlobStore(Path.Combine(home, "blobs"))).AddSingleton<WorkQueue>();
        services.AddSingleton<LineageLog>().AddSingleton<Events>();
        services.AddSecurity(home).AddLake(new LakeOptions { TempFolder = Path.Combine(home, "temp"), Threads = 1 });
        services.AddSingleton<IDatastores>(new NoDatastores());
        if (settings is null)
            services.AddSingleton<IDeliveries, NoDeliveries>();
        services.AddJobs().AddTracking().AddRegistry().AddMonitoring().AddSingleton<RetrainingTimer>();
        services.AddSingleton<ICollectedData>(Collected).AddSingleton<IAnswerProfiles>(Profiles).AddSingleton<IJobs>(Jobs).AddSingleton((IEndpoints)(object)Endpoints).AddSingleton<IRollouts>(Rollouts).AddSingleton<IDeploymentCounts>(Counts);
        services.AddSingleton<IEventHandler<DriftFound>>(Heard);
        services.AddSingleton<IEventHandler<AlertRaised>>(Heard);
        services.AddSingleton<IEventHandler<AlertResolved>>(Heard);
        _services = services.BuildServiceProvider();
    }

    public static IEnumerable<IMigrations> Migrations =>
        new ServiceCollection().AddSecurity("/nowhere").AddLake(new LakeOptions { TempFolder = "/nowhere", Threads = 1 }).AddJobs().AddTracking().AddRegistry().AddMonitoring()
            .Where(service => service.ServiceType == typeof(IMigrations))
            .Select(service => (IMigrations)service.ImplementationInstance!);

    public ContentStore Content { get; }

    public CollectedQueries Collected { get; } = new();

    public KeptAnswers Profiles { get; } = new();

    public SubmittedJobs Jobs { get; }

    public BegunRollouts Rollouts { get; }

    public FakeEndpoints Endpoints { get; }

    public HeardEvents Heard { get; } = new();

    /// <summary>What this process's deployments did.</summary>
    public KeptCounts Counts { get; } = new();

    private RetrainingTimer Timer => Get<RetrainingTimer>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public Task<MonitorRun> RunAsync(TimeWindow window, CancellationToken ct) =>
        Get<RunMonitor>().RunAsync(Caller.System, "flights", window, ct);

    public Task DeclareAsync(string yaml, CancellationToken ct) => Get<DeclareMonitor>().RunAsync(Caller.System, yaml, ct);

    public Task EnableAsync(bool enabled, CancellationToken ct) => Get<DeclareMonitor>().SwitchAsync(Caller.System, "flights", enabled, ct);

    public Task DeclarePolicyAsync(string yaml, CancellationToken ct) => Get<CreatePolicy>().RunAsync(
        Caller.System, yaml, new PolicyJob("type: pipeline", "train.yml", new Dictionary<string, string>()), ct);

    public Task<RetrainingDecision> EvaluateAsync(TimeWindow window, CancellationToken ct) => Get<EvaluatePolicy>().RunAsync(
        Caller.System, "flights", window, window.To, new Dictionary<string, string> { ["week"] = "5" }, ct);

    /// <summary>Registers the next version of "late" and makes it the champion.</summary>
    public async Task<ModelVersion> RegisterAsync(TrainingProfile? profile, CancellationToken ct)
    {
        var bytes = profile?.ToJson() ?? "onnx"u8.ToArray();
        var blob = await Content.PutBytesAsync(bytes, ct);
        var name = profile is null ? "model.onnx" : TrainingProfile.FileName;
        var tree = await Content.PutTreeAsync([new TreeEntry(name, blob.Digest, blob.Size)], ct);
        var registry = Get<IModelRegistry>();
        var version = await registry.RegisterAsync(
            Caller.System, new NewModelVersion { Model = "late", Tree = tree.Digest, Flavor = "onnx" }, ct);
        await registry.SetAliasAsync(Caller.System, "late", "champion", version.Number, "test", ct);
        return version;
    }

    /// <summary>One look of this server at what is due: its schedules, what they start, and its trainings.</summary>
    public async Task TickAsync(CancellationToken ct)
    {
        await Get<DueSchedules>().FireAsync(ct);
        while (await Get<WorkQueue>().LeaseAsync([Schedule.LookKind], "me", WaitingFirings.Lease, ct) is { } lease)
            await Get<WaitingFirings>().StartAsync(lease, ct);
        await Timer.TickAsync(ct);
    }

    /// <summary>One look of this server at the workspace's rules and messages.</summary>
    public Task LookAsync(CancellationToken ct) => Get<AlertWorker>().LookAsync(WorkspaceName.Default, ct);

    /// <summary>Sends what is due; the number of attempts.</summary>
    public async Task<int> DeliverAsync(CancellationToken ct)
    {
        using var worker = new DeliveryWorker(
            Get<WorkQueue>(), Get<Database>(), Get<DeliveryStore>(), Get<DeliverySender>(), Get<IOptions<DeliveryOptions>>(), Get<TimeProvider>(), NullLogger<DeliveryWorker>.Instance);
        var attempts = 0;
        for (; await Get<WorkQueue>().LeaseAsync([DeliveryQueue.WorkKind], "me", TimeSpan.FromMinutes(1), ct) is { } lease; attempts++)
            await worker.DeliverAsync(lease, ct);
        return attempts;
    }

    /// <summary>Keeps a point of the run's metric "load", now.</summary>
    public async Task LogAsync(string run, double value, CancellationToken ct)
    {
        var tracking = Get<ITracking>();
        await tracking.StartRunAsync(Caller.System, new NewRun { Id = run, Experiment = "loads" }, ct);
        await tracking.LogAsync(
            Caller.System, run, [new MetricPoint("load", value, 0, Get<TimeProvider>().GetUtcNow())], new Dictionary<string, string>(), new Dictionary<string, string>(), ct);
    }

    public async Task<IReadOnlyList<Alert>> AlertsAsync(string? status, CancellationToken ct) =>
        await Get<AlertStore>().ListAsync(WorkspaceName.Default, new AlertQuery { Status = status, Limit = 100 }, ct);

    public ValueTask DisposeAsync()
    {
        // Not the provider: the database in it is the test's.
        Timer.Dispose();
        Get<MonitoringMeter>().Dispose();
        return ValueTask.CompletedTask;
    }
}
