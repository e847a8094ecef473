using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Slipway.Kernel.Metrics;
using Slipway.ObjectStores;

namespace Slipway.Data;

/// <summary>Where a Slipway keeps its things.</summary>
public sealed record DataOptions
{
    /// <summary>The folder of this server: its lock, blobs, caches and, unless told otherwise, its database.</summary>
    public required string Home { get; init; }

    /// <summary>A PostgreSQL connection string; null: SQLite in Home/slipway.db.</summary>
    public string? Database { get; init; }

    /// <summary>The home folder of the server that this process works beside, with the blobs; null: the own one.</summary>
    public string? SharedHome { get; init; }

    /// <summary>Where blobs are kept, as <see cref="ContentAddress"/> reads it; null: in the home.</summary>
    public string? Content { get; init; }

    /// <summary>How much room copies of blobs may take that are kept elsewhere. 10 GiB by default.</summary>
    public long ContentCacheBytes { get; init; } = 10L * 1024 * 1024 * 1024;
}

public static class DataModule
{
    /// <summary>The tables of this library; they come before every module's.</summary>
    public static IMigrations Migrations { get; } = new EmbeddedMigrations("data", typeof(DataModule).Assembly);

    /// <summary>
    /// Registers the database, the content store, the work queue and the lineage log. A host takes the home's lock and
    /// migrates all modules' schemas before anything else starts.
    /// </summary>
    public static IServiceCollection AddData(this IServiceCollection services, DataOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(_ => HomeLock.Acquire(options.Home));
        services.AddSingleton(_ => options.Database is { } connection
            ? Database.Postgres(connection)
            : Database.Sqlite(Path.Combine(options.Home, "slipway.db")));
        services.AddSingleton(Migrations);
        services.AddSingleton<Migrator>();
        services.AddSingleton(provider => new ObjectStoreOpener(provider.GetRequiredService<TimeProvider>(), new ObjectStoreLimits()));
        services.AddSingleton(provider => new BlobCache(
            Path.Combine(options.Home, "cache"), options.ContentCacheBytes, provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IBlobStore>(provider => provider.GetRequiredService<PackedBlobStore>());
        services.AddSingleton<PackIndex>();
        services.AddSingleton(provider => new PackedBlobStore(
            OpenBlobs(provider, ContentAddress.Parse(options.Content, options.SharedHome ?? options.Home)),
            provider.GetRequiredService<PackIndex>(),
            provider.GetRequiredService<BlobCache>(),
            provider.GetRequiredService<CondemnedBlobs>()));
        services.AddSingleton<ContentStore>();
        services.AddSingleton<WorkQueue>();
        services.AddSingleton<LineageLog>();
        services.AddCollection();
        return services.AddDataStartup();
    }

    private static void AddCollection(this IServiceCollection services)
    {
        services.AddOptions<CollectionOptions>().BindConfiguration(CollectionOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CollectionOptions>, CollectionOptionsValidator>();
        services.AddSingleton<CondemnedBlobs>();
        services.AddSingleton<CondemnedStore>();
        services.AddSingleton<CollectionStore>();
        services.AddSingleton<ReachableContent>();
        services.AddSingleton<IContentRoots, PackRoots>();
        services.AddSingleton<PackCompaction>();
        services.AddSingleton<GarbageCollector>();
        services.AddSingleton<IGaugeSource, QueueGauges>();
        services.AddSingleton<IGaugeSource, StorageGauges>();
        services.AddSingleton(provider => new Collections(
            provider.GetRequiredService<Database>(),
            provider.GetRequiredService<WorkQueue>(),
            provider.GetRequiredService<CollectionStore>(),
            provider.GetRequiredService<CondemnedStore>(),
            provider.GetRequiredService<IOptions<CollectionOptions>>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddCollectionWorker();
    }

    /// <summary>Collections by time alone, for a host that starts only some parts of a server.</summary>
    public static IServiceCollection AddCollectionWorker(this IServiceCollection services) => services.AddHostedService<CollectionWorker>();

    /// <summary>The lock, the migrations and the watch over the database alone, for a host that starts only some parts of a server.</summary>
    public static IServiceCollection AddDataStartup(this IServiceCollection services) =>
        services.AddHostedService<DataStartup>().AddHostedService<DatabaseWatch>();

    private static IBlobStore OpenBlobs(IServiceProvider provider, ContentAddress address) => address.Store is { } store
        ? new ObjectBlobStore(
            provider.GetRequiredService<ObjectStoreOpener>().Open(store, ContentAddress.Credentials()),
            address.Prefix,
            provider.GetRequiredService<BlobCache>(),
            provider.GetRequiredService<CondemnedBlobs>())
        : new LocalBlobStore(address.Folder, provider.GetRequiredService<CondemnedBlobs>());
}
