using System.Text;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.ObjectStores;
using Slipway.Storage.ObjectStores;
using Xunit;

namespace Slipway.Storage.Data;

public abstract class CollectionContract(DatabaseProvider provider) : CollectorBed(provider)
{
    protected virtual int Rounds => 12;

    [Fact]
    public async Task What_nothing_refers_to_is_deleted_by_a_collection_that_begins_after_the_grace()
    {
        var garbage = await PutAsync("garbage");
        var kept = await PutAsync("kept");
        await RecordAsync("a", kept);

        var first = await CollectAsync();
        Time.Advance(Grace - TimeSpan.FromMinutes(1));
        var early = await CollectAsync();
        Time.Advance(TimeSpan.FromMinutes(2));
        var late = await CollectAsync();

        Assert.Equal((2, 1, 1, 7), (first.Objects, first.Reachable, first.Unreferenced, first.UnreferencedBytes));
        Assert.Equal((0, 0, 1, 7), (first.Deleted, early.Deleted, late.Deleted, late.FreedBytes));
        Assert.Equal([kept], await StoredAsync());
        Assert.False(await Store.ExistsAsync(garbage, Ct));
    }

    [Fact]
    public async Task A_tree_keeps_its_files_until_its_record_goes()
    {
        var files = new[] { await PutAsync("one"), await PutAsync("two") };
        var tree = await Store.PutTreeAsync([new TreeEntry("a/1", files[0], 3), new TreeEntry("2", files[1], 3)], Ct);
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
        Time.Advance(2 * Grace);
        await PutAsync("younger garbage");

        var dry = await CollectAsync(dryRun: true);
        var real = await CollectAsync();

        Assert.Equal((2, 1, 7), (dry.Unreferenced, dry.Deleted, dry.FreedBytes));
        Assert.Equal((real.Unreferenced, real.Deleted, real.FreedBytes), (dry.Unreferenced, dry.Deleted, dry.FreedBytes));
        Assert.Equal([false, true, false], Retention.Dry);
    }

    [Fact]
    public async Task A_content_that_is_asked_for_again_has_another_grace()
    {
        var content = await PutAsync("wanted again");
        await CollectAsync();
        Time.Advance(2 * Grace);

        Assert.True(await Store.ExistsAsync(content, Ct));
        var then = await CollectAsync();

        Assert.Equal((1, 0), (then.Unreferenced, then.Deleted));
        Assert.Equal([content], await StoredAsync());
    }

    [Fact]
    public async Task While_a_tree_that_is_referred_to_cannot_be_read_nothing_is_deleted()
    {
        await PutAsync("garbage");
        await CollectAsync();
        Time.Advance(2 * Grace);
        Written.Kind = RootKind.Tree;
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
        Time.Advance(2 * Grace);
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
        Time.Advance(2 * Grace);
        var condemned = new CondemnedStore(Database);
        var claimed = Assert.Single(await condemned.ClaimAsync(Time.UtcNow(), 10, Ct));

        var put = PutAsync("contested");
        await Task.WhenAny(put, Task.Delay(200, Ct));
        Assert.False(put.IsCompleted);
        await Blobs.DeleteAsync(content, Ct);
        await condemned.RemoveAsync([claimed.No], Ct);

        Assert.Equal(content, await put);
        Assert.Equal([content], await StoredAsync());
    }

    [Fact]
    public async Task The_records_that_keep_a_content_are_told_with_its_place()
    {
        var file = await PutAsync("one");
        var tree = await Store.PutTreeAsync([new TreeEntry("a/1", file, 3)], Ct);
        await RecordAsync("folder", tree.Digest);
        await RecordAsync("file", file);
        var records = new ReachableContent([Written], Blobs);

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

        // Until it was a race, which a busy machine takes longer for.
        for (var round = 0; round < Rounds || (round < 50 * Rounds && (deleted == 0 || writers.Any(writer => writer.Operations <= 5))); round++)
        {
            deleted += (await CollectAsync()).Deleted;

            // An operation may take as long as the grace, so the clock stands still while one is under way.
            for (var held = 0; held < writers.Count; held++)
                await gate.WaitAsync(Ct);
            Time.Advance(Grace + TimeSpan.FromMinutes(1));
            gate.Release(writers.Count);
        }

        await stop.CancelAsync();
        await Task.WhenAll(running);
        foreach (var record in await Database.QueryAsync<string>("select digest from records", null, Ct))
        {
            await Store.VerifyAsync(Digest.Parse(record), Ct);
            foreach (var entry in (await Store.GetTreeAsync(Digest.Parse(record), Ct)).Entries)
                await Store.VerifyAsync(entry.Digest, Ct);
        }

        // Afterwards the collector catches up.
        Assert.True(deleted > 0, "Nothing was ever deleted.");
        Assert.All(writers, writer => Assert.True(writer.Operations > 5, "A writer hardly ran."));
        for (var round = 0; round < 3; round++)
            await CollectTwiceAsync();
        Assert.Equal((await CollectAsync()).Reachable, (await StoredAsync()).Distinct().Count());
    }

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
            var files = Enumerable.Range(first, _random.Next(2) == 0 ? 3 : 20).ToList();
            var contents = files.Select(file => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"file {file}")).ToList();
            var blobs = await _own.PutManyAsync(contents, Ct);
            var tree = await _own.PutTreeAsync(files.Zip(blobs, (file, blob) => new TreeEntry($"{file}", blob.Digest, blob.Size)), Ct);
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
