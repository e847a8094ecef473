using System.Text;
using Slipway.Data;
using Slipway.ObjectStores;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Data;

/// <summary>A store of contents with a writer, a collector in another process's place, and a table of records that refer to contents.</summary>
public abstract class CollectorBed(DatabaseProvider provider) : DatabaseContract(provider), IAsyncLifetime
{
    private readonly List<IDisposable> _owned = [];
    private readonly List<Database> _databases = [];
    private IObjectStore? _objects;
    private GarbageCollector _collector = null!;

    protected static TimeSpan Grace { get; } = TimeSpan.FromHours(1);

    /// <summary>As the collector sees it.</summary>
    private protected PackedBlobStore Blobs { get; private set; } = null!;

    private protected ContentStore Store { get; private set; } = null!;

    private protected Records Written { get; private set; } = null!;

    private protected Retired Retention { get; } = new();

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        _objects = await OpenObjectsAsync();
        await Database.ExecuteAsync("create table records (name text not null primary key, digest text not null)", null, Ct);

        // The collector is another process than the writer.
        var other = Open();
        _databases.Add(other);
        Written = new Records(other);
        Blobs = OpenBlobs(other, "collector");
        var packs = new PackIndex(other);
        _collector = new GarbageCollector(
            Blobs,
            new PackCompaction(Blobs, packs),
            new CondemnedStore(other),
            new ReachableContent([Written, new PackRoots(packs)], Blobs),
            [Retention],
            Time);
        Store = OpenContent(Database, "writer");
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _owned.ForEach(owned => owned.Dispose());
        foreach (var database in _databases)
            await database.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <summary>Null: a folder with a file for each blob.</summary>
    private protected virtual Task<IObjectStore?> OpenObjectsAsync() => Task.FromResult<IObjectStore?>(null);

    private protected PackedBlobStore OpenBlobs(Database database, string who)
    {
        var condemned = new CondemnedBlobs(database, Time);
        _owned.Add(condemned);
        IBlobStore whole = _objects is { } objects
            ? new ObjectBlobStore(objects, "team", Cache(who), condemned)
            : new LocalBlobStore(Path.Combine(Folder, "store"), condemned);
        var packed = new PackedBlobStore(whole, new PackIndex(database), Cache(who), condemned);
        _owned.Add(packed);
        return packed;
    }

    private protected ContentStore OpenContent(Database database, string who) => new(OpenBlobs(database, who), Cache(who));

    protected BlobCache Cache(string who) => new(Path.Combine(Folder, "cache", who), 1L << 40, Time);

    protected Task<CollectionReport> CollectAsync(bool dryRun = false) => _collector.RunAsync(
        new CollectionOrder(dryRun, Grace, RetentionRules.None), (_, _) => Task.CompletedTask, Ct);

    protected async Task CollectTwiceAsync()
    {
        await CollectAsync();
        Time.Advance(Grace + TimeSpan.FromMinutes(1));
        await CollectAsync();
    }

    protected async Task<Digest> PutAsync(string text) => (await Store.PutBytesAsync(Encoding.UTF8.GetBytes(text), Ct)).Digest;

    protected Task RecordAsync(string name, Digest digest) => Database.ExecuteAsync(
        "insert into records (name, digest) values (@Name, @Digest)", new { Name = name, Digest = digest.ToString() }, Ct);

    protected Task<IReadOnlyList<Digest>> StoredAsync() => ListAsync(Blobs);

    /// <summary>All that a store lists, in small pages.</summary>
    protected static async Task<IReadOnlyList<Digest>> ListAsync(IBlobStore blobs)
    {
        var found = new List<Digest>();
        string? token = null;
        do
        {
            var page = await blobs.ListAsync(7, token, Ct);
            found.AddRange(page.Items.Select(blob => blob.Digest));
            token = page.NextToken;
        }
        while (token is not null);
        return found;
    }

    private protected sealed class Records(Database database) : IContentRoots
    {
        public string Name => "records";

        public IAsyncEnumerable<ContentRoot> ListAsync(CancellationToken ct) => database.RootsAsync(
            """
            select 'default' as workspace, 'record:' || name as node, digest as text, name as first
            from records where name > @First order by name limit @PageSize
            """,
            Kind,
            "a record says so",
            ct);

        public RootKind Kind { get; set; } = RootKind.Unknown;
    }

    private protected sealed class Retired : IContentRetention
    {
        public List<bool> Dry { get; } = [];

        public string Name => "nothing";

        public Task<int> ApplyAsync(RetentionRules rules, bool dryRun, CancellationToken ct)
        {
            Dry.Add(dryRun);
            return Task.FromResult(0);
        }
    }
}
