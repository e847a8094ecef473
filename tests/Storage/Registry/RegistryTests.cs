using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Registry;
using Slipway.Registry.Contracts;
using Slipway.Security.Contracts;
using Slipway.Shared;
using Slipway.Tracking;

namespace Slipway.Storage.Registry;

/// <summary>The registry over tracking and a real database; everybody may do everything.</summary>
public abstract class RegistryTests(DatabaseProvider provider) : DatabaseContract(provider)
{
    private ServiceProvider? _services;

    protected static Caller Ann { get; } = new(WorkspaceName.Default, "ann");

    protected override IEnumerable<IMigrations> Modules => [TrackingModule.Migrations, RegistryMigrations];

    protected static IMigrations RegistryMigrations { get; } = new EmbeddedMigrations("registry", typeof(RegistryModule).Assembly);

    protected IModelRegistry Registry => Part<IModelRegistry>();

    protected ContentStore Content => Part<ContentStore>();

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_services is not null)
            await _services.DisposeAsync();
        await base.DisposeAsync();
    }

    protected async Task<ModelVersion> RegisterAsync(string model, string content, string? key = null)
    {
        var tree = await TreeAsync("model.onnx", content);
        return await Registry.RegisterAsync(
            Ann, new NewModelVersion { Model = model, Tree = tree.Digest, Flavor = "onnx", IdempotencyKey = key }, Ct);
    }

    protected async Task<Tree> TreeAsync(string path, string content)
    {
        var blob = await Content.PutBytesAsync(Encoding.UTF8.GetBytes(content), Ct);
        return await Content.PutTreeAsync([new TreeEntry(path, blob.Digest, blob.Size)], Ct);
    }

    protected GateDecision Decision(string id, bool accepted) => new()
    {
        Id = id,
        Model = "flights",
        Candidate = 1,
        Accepted = accepted,
        Reason = "auc 0.7",
        EvidenceJson = "{}",
        DecidedAt = Time.GetUtcNow(),
        DecidedBy = "ann",
    };

    protected T Part<T>()
        where T : notnull => (_services ??= Compose()).GetRequiredService<T>();

    private ServiceProvider Compose() => new ServiceCollection()
        .AddSingleton<TimeProvider>(Time)
        .AddSingleton(Database)
        .AddSingleton(new ContentStore(new LocalBlobStore(Folder), new BlobCache(Path.Combine(Folder, "cache"), 1L << 40, TimeProvider.System)))
        .AddSingleton<IBlobStore>(new LocalBlobStore(Folder))
        .AddSingleton<IAccess, OpenAccess>()
        .AddSingleton<IAuditLog, NoAudit>()
        .AddSingleton<IDeliveries, NoDeliveries>()
        .AddSingleton<LineageLog>()
        .AddLogging()
        .AddTracking()
        .AddRegistry()
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
