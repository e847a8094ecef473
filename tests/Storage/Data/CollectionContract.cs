using System.Text;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.ObjectStores;
using Slipway.Shared;
using Slipway.Storage.ObjectStores;
using Xunit;

namespace Slipway.Storage.Data;

public abstract class CollectionContract(DatabaseProvider provider) : DatabaseContract(provider), IAsyncLifetime
{
    private static readonly TimeSpan s_grace = TimeSpan.FromHours(1);

    private readonly List<IDisposable> _owned = [];
    private readonly List<Database> _databases = [];
    private readonly Retired _retention = new();
    private IObjectStore? _objects;
    private GarbageCollector _collector = null!;
    private IBlobStore _blobs = null!;
    private Records _records = null!;
    private ContentStore _store = null!;

    protected virtual int Rounds => 12;

    async ValueTask IAsyncLifetime.InitializeAsync()
    {
        await InitializeAsync();
        _objects = await OpenObjectsAsync();
        await Database.ExecuteAsync("create table records (name text not null primary key, digest text not null)", null, Ct);

        // The collector is another process than the writer.
        var other = Open();
        _databases.Add(other);
        _records = new Records(other);
        _blobs = OpenBlobs(other, "collector");
        _collector = new GarbageCollector(_blobs, new CondemnedStore(other), new ReachableContent([_records], _blobs), [_retention], Time);
        _store = OpenContent(Database, "writer");
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

    [Fact]
    public async Task What_nothing_refers_to_is_deleted_by_a_collection_that_begins_after_the_grace()
    {
        var garbage = await PutAsync("garbage");
        var kept = await PutAsync("kept");
        await RecordAsync("a", kept);

        var first = await CollectAsync();
        Time.Advance(s_grace - TimeSpan.FromMinutes(1));
        var early = await CollectAsync();
        Time.Advance(TimeSpan.FromMinutes(2));
        var late = await CollectAsync();

        Assert.Equal((2, 1, 1, 7), (first.Objects, first.Reachable, first.Unreferenced, first.UnreferencedBytes));
        Assert.Equal((0, 0, 1, 7), (first.Deleted, early.Deleted, late.Deleted, late.FreedBytes));
        Assert.Equal([kept], await StoredAsync());
        Assert.False(await _store.ExistsAsync(garbage, Ct));
    }

    [Fact]
    public async Task A_tree_keeps_its_files_until_its_record_goes()
    {
        var files = new[] { await PutAsync("one"), await PutAsync("two") };
        var tree = await _store.PutTreeAsync([new TreeEntry("a/1", files[0], 3), new TreeEntry("2", files[1], 3)], Ct);
        await RecordAsync("folder", tree.Digest);

        await CollectTwiceAsync();

        Assert.Equal(3, (await StoredAsync()).Count);
        await Database.ExecuteAsync("delete from records", null, Ct);
        await CollectTwiceAsync();
        Assert.Empty(await StoredAsync());
    }

    [Fact]
    public async Task A_dry_run_says_what_would_go_and_changes_nothing()
    {
        await PutAsync("garbage");
        await CollectAsync();
        Time.Advance(2 * s_grace);
        await PutAsync("younger garbage");

        var dry = await CollectAsync(dryRun: true);
        var real = await CollectAsync();

        Assert.Equal((2, 1, 7), (dry.Unreferenced, dry.Deleted, dry.FreedBytes));
        Assert.Equal((real.Unreferenced, real.Deleted, real.FreedBytes), (dry.Unreferenced, dry.Deleted, dry.FreedBytes));
        Assert.Equal([false, true, false], _retention.Dry);
    }

    [Fact]
    public async Task A_content_that_is_asked_for_again_has_another_grace()
    {
        var content = await PutAsync("wanted again");
        await CollectAsync();
        Time.Advance(2 * s_grace);

        Assert.True(await _store.ExistsAsync(content, Ct));
        var then = await CollectAsync();

        Assert.Equal((1, 0), (then.Unreferenced, then.Deleted));
        Assert.Equal([content], await StoredAsync());
    }

    [Fact]
    public async Task While_a_tree_that_is_referred_to_cannot_be_read_nothing_is_deleted()
    {
        await PutAsync("garbage");
        await CollectAsync();
        Time.Advance(2 * s_grace);
        _records.Kind = RootKind.Tree;
        await RecordAsync("lost", Digest.Of("never stored"u8));

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => CollectAsync());

        Assert.Contains("record:lost refers to a tree that cannot be read", refusal.Message, StringComparison.Ordinal);
        Assert.Single(await StoredAsync());
    }

    [Fact]
    public async Task What_a_collection_that_died_had_begun_to_delete_is_deleted_by_the_next()
    {
        await PutAsync("garbage");
        await CollectAsync();
        Time.Advance(2 * s_grace);
        await new CondemnedStore(Database).ClaimAsync(Time.UtcNow(), 10, Ct);

        var next = await CollectAsync();

        Assert.Equal(1, next.Deleted);
        Assert.Empty(await StoredAsync());
        Assert.Equal((0, 0), await new CondemnedStore(Database).TotalAsync(Ct));
    }

    [Fact]
    public async Task Who_stores_what_is_being_deleted_waits_and_then_has_it()
    {
        var content = await PutAsync("contested");
        await CollectAsync();
        Time.Advance(2 * s_grace);
        var condemned = new CondemnedStore(Database);
        var claimed = Assert.Single(await condemned.ClaimAsync(Time.UtcNow(), 10, Ct));

        var put = PutAsync("contested");
        await Task.WhenAny(put, Task.Delay(200, Ct));
        Assert.False(put.IsCompleted);
        await _blobs.DeleteAsync(content, Ct);
        await condemned.RemoveAsync([claimed.No], Ct);

        Assert.Equal(content, await put);
        Assert.Equal([content], await StoredAsync());
    }

    [Fact]
    public async Task The_records_that_keep_a_content_are_told_with_its_place()
    {
        var file = await PutAsync("one");
        var tree = await _store.PutTreeAsync([new TreeEntry("a/1", file, 3)], Ct);
        await RecordAsync("folder", tree.Digest);
        await RecordAsync("file", file);
        var records = new ReachableContent([_records], _blobs);

        var keepers = await records.FindKeepersAsync(file, 10, Ct);

        Assert.Equal(
            [("record:file", null), ("record:folder", "a/1")],
            keepers.Select(keeper => (keeper.Node, keeper.Path)).Order().ToArray());
        Assert.Empty(await records.FindKeepersAsync(Digest.Of("x"u8), 10, Ct));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task No_content_that_a_writer_refers_to_is_ever_deleted(int seed)
    {
        var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 3).Select(number => new RacingWriter(this, number, seed)).ToList();
        var gate = new SemaphoreSlim(writers.Count);
        var running = writers.Select(writer => Task.Run(() => writer.RunAsync(gate, stop.Token), Ct)).ToList();
        var deleted = 0L;
        for (var round = 0; round < Rounds; round++)
        {
            deleted += (await CollectAsync()).Deleted;

            // An operation may take as long as the grace, so the clock stands still while one is under way.
            for (var held = 0; held < writers.Count; held++)
                await gate.WaitAsync(Ct);
            Time.Advance(s_grace + TimeSpan.FromMinutes(1));
            gate.Release(writers.Count);
        }

        await stop.CancelAsync();
        await Task.WhenAll(running);
        foreach (var record in await Database.QueryAsync<string>("select digest from records", null, Ct))
        {
            await _store.VerifyAsync(Digest.Parse(record), Ct);
            foreach (var entry in (await _store.GetTreeAsync(Digest.Parse(record), Ct)).Entries)
                await _store.VerifyAsync(entry.Digest, Ct);
        }

        // It was a race, and afterwards the collector catches up.
        Assert.True(deleted > 0, "Nothing was ever deleted.");
        Assert.All(writers, writer => Assert.True(writer.Operations > 5, "A writer hardly ran."));
        await CollectTwiceAsync();
        Assert.Equal((await CollectAsync()).Reachable, (await StoredAsync()).Count);
    }

    private IBlobStore OpenBlobs(Database database, string who)
    {
        var condemned = new CondemnedBlobs(database, Time);
        _owned.Add(condemned);
        return _objects is { } objects
            ? new ObjectBlobStore(objects, "team", Cache(who), condemned)
            : new LocalBlobStore(Path.Combine(Folder, "store"), condemned);
    }

    private ContentStore OpenContent(Database database, string who) => new(OpenBlobs(database, who), Cache(who));

    private BlobCache Cache(string who) => new(Path.Combine(Folder, "cache", who), 1L << 40, Time);

    private Task<CollectionReport> CollectAsync(bool dryRun = false) => _collector.RunAsync(
        new CollectionOrder(dryRun, s_grace, RetentionRules.None), (_, _) => Task.CompletedTask, Ct);

    private async Task CollectTwiceAsync()
    {
        await CollectAsync();
        Time.Advance(s_grace + TimeSpan.FromMinutes(1));
        await CollectAsync();
    }

    private async Task<Digest> PutAsync(string text) => (await _store.PutBytesAsync(Encoding.UTF8.GetBytes(text), Ct)).Digest;

    private Task RecordAsync(string name, Digest digest) => Database.ExecuteAsync(
        "insert into records (name, digest) values (@Name, @Digest)", new { Name = name, Digest = digest.ToString() }, Ct);

    private async Task<IReadOnlyList<Digest>> StoredAsync() => [.. (await _blobs.ListAsync(1000, null, Ct)).Items.Select(blob => blob.Digest)];

    /// <summary>Stores few different trees of few different files again and again, and drops their records again.</summary>
    private sealed class RacingWriter(CollectionContract test, int number, int seed)
    {
        private readonly Random _random = new((seed * 100) + number);
        private readonly List<string> _names = [];
        private readonly ContentStore _own = test.OpenContent(test.Database, $"writer{number}");

        public int Operations { get; private set; }

        public async Task RunAsync(SemaphoreSlim gate, CancellationToken stop)
        {
            while (!stop.IsCancellationRequested)
            {
                await gate.WaitAsync(Ct);
                try
                {
                    if (_names.Count > 2)
                        await DropAsync();
                    else
                        await AddAsync();
                    Operations++;
                }
                finally
                {
                    gate.Release();
                }

                await Task.Yield();
            }
        }

        private async Task AddAsync()
        {
            var first = _random.Next(12);
            var entries = new List<TreeEntry>();
            for (var file = first; file < first + 3; file++)
            {
                var blob = await _own.PutBytesAsync(Encoding.UTF8.GetBytes($"file {file}"), Ct);
                entries.Add(new TreeEntry($"{file}", blob.Digest, blob.Size));
            }

            var tree = await _own.PutTreeAsync(entries, Ct);
            var name = $"{number}-{Operations}";
            await test.RecordAsync(name, tree.Digest);
            _names.Add(name);
        }

        private async Task DropAsync()
        {
            var name = _names[_random.Next(_names.Count)];
            _names.Remove(name);
            await test.Database.ExecuteAsync("delete from records where name = @Name", new { Name = name }, Ct);
        }
    }

    private sealed class Records(Database database) : IContentRoots
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

    private sealed class Retired : IContentRetention
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

public sealed class CollectionOfFilesOnSqlite() : CollectionContract(DatabaseProvider.Sqlite);

public sealed class CollectionOfFilesOnPostgres() : CollectionContract(DatabaseProvider.Postgres);

public sealed class CollectionOfObjectsOnSqlite() : CollectionContract(DatabaseProvider.Sqlite)
{
    private protected override Task<IObjectStore?> OpenObjectsAsync()
    {
        Directory.CreateDirectory(Path.Combine(Folder, "objects"));
        return Task.FromResult<IObjectStore?>(Stores.Opener().Open(
            new ObjectStoreAddress.Folder(Path.Combine(Folder, "objects")), new ObjectStoreCredentials()));
    }
}

public sealed class CollectionInAzureOnPostgres() : CollectionContract(DatabaseProvider.Postgres)
{
    protected override int Rounds => 8;

    private protected override async Task<IObjectStore?> OpenObjectsAsync() =>
        Stores.Opener().Open(await Stores.NewContainerAsync(Ct), Stores.AzureKey);
}
