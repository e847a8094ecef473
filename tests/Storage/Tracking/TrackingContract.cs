using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Shared;
using Slipway.Tracking;
using Slipway.Tracking.Contracts;
using Slipway.Tracking.Search;

namespace Slipway.Storage.Tracking;

/// <summary>Tracking's own parts over a real database; everybody may do everything.</summary>
public abstract class TrackingContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private ServiceProvider? _services;

    protected static Caller Ann { get; } = new(WorkspaceName.Default, "ann");

    protected override IEnumerable<IMigrations> Modules => [TrackingModule.Migrations];

    protected ITracking Tracking => Part<ITracking>();

    /// <summary>One of the module's parts, as the server has it.</summary>
    protected T Part<T>()
        where T : notnull => (_services ??= Compose()).GetRequiredService<T>();

    protected async Task<string> GivenRunAsync(string experiment = "flights", string? name = null)
    {
        var run = await Tracking.StartRunAsync(Ann, new NewRun { Experiment = experiment, Name = name }, Ct);
        return run.Id;
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_services is not null)
            await _services.DisposeAsync();
        await base.DisposeAsync();
    }

    private protected virtual SearchSettings Search { get; } = new();

    private ServiceProvider Compose() => new ServiceCollection()
        .AddSingleton(Search)
        .AddSingleton<TimeProvider>(Time)
        .AddSingleton(Database)
        .AddSingleton(new ContentStore(new LocalBlobStore(Folder), new BlobCache(Path.Combine(Folder, "cache"), 1L << 40, TimeProvider.System)))
        .AddSingleton<IBlobStore>(new LocalBlobStore(Folder))
        .AddSingleton<IAccess, OpenAccess>()
        .AddSingleton<IAuditLog, NoAudit>()
        .AddLogging()
        .AddTracking()
        .BuildServiceProvider();

    private sealed class OpenAccess : IAccess
    {
        public Task DemandAsync(Caller caller, Permission permission, string target, CancellationToken ct) => Task.CompletedTask;
    }

    private sealed class NoAudit : IAuditLog
    {
        public Task AppendAsync(Caller caller, string action, string target, string? detail, CancellationToken ct) => Task.CompletedTask;
    }
}
