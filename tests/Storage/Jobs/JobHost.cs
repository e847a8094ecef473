using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Slipway.Data;
using Slipway.Jobs;
using Slipway.Jobs.Contracts;
using Slipway.Jobs.Definitions;
using Slipway.Jobs.Execution;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Registry.Contracts;
using Slipway.Security.Contracts;
using Slipway.Shared;
using Slipway.Tracking.Contracts;

namespace Slipway.Storage.Jobs;

/// <summary>A process that runs jobs, without HTTP.</summary>
internal sealed class JobHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public JobHost(Database database, string home, ContentStore content, Neighbours neighbours, TestKind[] kinds, HostSettings settings)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Jobs:Parallelism"] = $"{settings.Parallelism}",
                ["Jobs:LogLimitBytes"] = $"{settings.LogLimitBytes}",
            })
            .AddInMemoryCollection(settings.More)
            .Build());
        services.AddSingleton(settings.Time).AddSingleton(new DataOptions { Home = settings.Home ?? home }).AddSingleton(content);
        services.AddSingleton(_ => database).AddSingleton<WorkQueue>().AddSingleton<LineageLog>().AddSingleton<Events>();
        services.AddSingleton<ITracking>(neighbours).AddSingleton<IDataAssets>(neighbours).AddSingleton<IModelRegistry>(neighbours);
        services.AddSingleton<IDatastores>(new NoDatastores());
        services.AddSingleton<IModelHistory>(neighbours).AddSingleton<IVault>(neighbours).AddSingleton<IDeliveries, NoDeliveries>();
        services.AddSingleton<IAccess>(neighbours).AddSingleton<IAuditLog>(neighbours);
        services.AddSingleton<IEventHandler<JobFinished>>(Finished);
        services.AddJobs();
        foreach (var kind in kinds)
            services.AddSingleton<IStepKind>(kind);
        _services = services.BuildServiceProvider();
        Worker = _services.GetServices<IHostedService>().OfType<StepWorker>().Single();
    }

    public StepWorker Worker { get; }

    public FinishedJobs Finished { get; } = new();

    public IJobs Jobs => Get<IJobs>();

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public async Task<string> SubmitAsync(JobDefinition definition, CancellationToken ct, params (string Key, Digest Tree)[] files)
    {
        var wanted = new NewJob { Yaml = "", Source = "test.yml", Files = files.ToDictionary(file => file.Key, file => file.Tree) };
        var added = await Get<JobSubmission>().AddAsync(Caller.System, definition, wanted, ct);
        return added!.Name;
    }

    public async Task<Job> RunAsync(JobDefinition definition, CancellationToken ct) =>
        await WaitAsync(await SubmitAsync(definition, ct), ct);

    public Task<Job> WaitAsync(string name, CancellationToken ct) =>
        Jobs.WaitAsync(Caller.System, name, ct).WaitAsync(TimeSpan.FromSeconds(30), ct);

    /// <summary>Its heart stops beating; the steps that hang in it stay.</summary>
    public async Task AbandonAsync() => await Worker.StopAsync(new CancellationToken(canceled: true));

    public async ValueTask DisposeAsync()
    {
        await Worker.StopAsync(CancellationToken.None);

        // The database is the test's.
        Worker.Dispose();
    }
}

internal sealed record HostSettings
{
    public int Parallelism { get; init; } = 2;

    public long LogLimitBytes { get; init; } = 1024 * 1024;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>More settings, such as "Jobs:ServerUrl".</summary>
    public IReadOnlyDictionary<string, string?> More { get; init; } = new Dictionary<string, string?>();

    /// <summary>Null: the folder of the test.</summary>
    public string? Home { get; init; }
}

internal sealed class FinishedJobs : IEventHandler<JobFinished>
{
    public ConcurrentQueue<Job> All { get; } = [];

    public Task HandleAsync(JobFinished happened, CancellationToken ct)
    {
        All.Enqueue(happened.Job);
        return Task.CompletedTask;
    }
}

internal sealed class TestKind(string name, Func<StepContext, CancellationToken, Task> run, bool deterministic = false) : IStepKind
{
    private int _runs;

    public string Name => name;

    public IReadOnlyList<StepField> Fields => [];

    public int Revision { get; set; } = 1;

    public bool IsDeterministic => deterministic;

    public int Runs => Volatile.Read(ref _runs);

    public Task RunAsync(StepContext step, CancellationToken ct)
    {
        Interlocked.Increment(ref _runs);
        return run(step, ct);
    }
}
