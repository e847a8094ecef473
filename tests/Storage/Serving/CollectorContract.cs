using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Serving;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Serving.Routing;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Serving;

public abstract class CollectorContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private readonly Engine _engine = new();
    private ContentStore _content = null!;

    protected override IEnumerable<IMigrations> Modules => [new EmbeddedMigrations("serving", typeof(ServingModule).Assembly)];

    private SegmentStore Segments => field ??= new SegmentStore(Database, Time);

    [Fact]
    public async Task Requests_that_wait_for_room_lose_nothing()
    {
        using var deployment = ScoredDeployment.Create(Folder);
        await using var collector = await GivenCollectorAsync(deployment.Served);

        for (var i = 0; i < 200; i++)
            Assert.True(await collector.AddAsync(deployment.Served.Collected, CollectMode.Wait, isWanted: true, await deployment.ScoredAsync(3), $"r{i}", Time.GetUtcNow(), Ct));
        await collector.FlushAsync(Ct);

        Assert.Equal(600, await RowsAsync());
    }

    [Fact]
    public async Task Rows_without_room_are_refused_while_the_disk_is_full_and_those_accepted_are_written_later()
    {
        using var deployment = ScoredDeployment.Create(Folder);
        await using var collector = await GivenCollectorAsync(deployment.Served);
        _engine.Broken = true;

        var accepted = 0;
        for (var i = 0; i < 50; i++)
            accepted += await collector.AddAsync(deployment.Served.Collected, CollectMode.Drop, isWanted: true, await deployment.ScoredAsync(3), $"r{i}", Time.GetUtcNow(), Ct) ? 3 : 0;
        _engine.Broken = false;
        while (await RowsAsync() < accepted && !Ct.IsCancellationRequested)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, Ct);
        }

        Assert.InRange(accepted, 30, 149);
        Assert.Equal(accepted, await RowsAsync());
    }

    [Fact]
    public async Task Who_wants_everything_written_is_told_why_it_cannot_be()
    {
        using var deployment = ScoredDeployment.Create(Folder);
        await using var collector = await GivenCollectorAsync(deployment.Served);
        _engine.Broken = true;
        await collector.AddAsync(deployment.Served.Collected, CollectMode.Drop, isWanted: true, await deployment.ScoredAsync(1), "r", Time.GetUtcNow(), Ct);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => collector.FlushAsync(Ct));

        Assert.Equal(ErrorCode.StorageFull, refusal.Code);
        _engine.Broken = false;
        var flush = collector.FlushAsync(Ct);
        while (!flush.IsCompleted && !Ct.IsCancellationRequested)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, Ct);
        }

        await flush;
        Assert.Equal(1, await RowsAsync());
    }

    [Fact]
    public async Task Who_wants_everything_written_is_told_why_it_cannot_be_also_when_there_is_no_room_behind_what_waits()
    {
        using var deployment = ScoredDeployment.Create(Folder);
        await using var collector = await GivenCollectorAsync(deployment.Served);
        _engine.Broken = true;
        for (var i = 0; i < 50; i++)
            await collector.AddAsync(deployment.Served.Collected, CollectMode.Drop, isWanted: true, await deployment.ScoredAsync(3), $"r{i}", Time.GetUtcNow(), Ct);
        var accepted = deployment.Served.Collected.Taken;

        var flush = collector.FlushAsync(Ct);
        while (!flush.IsCompleted && !Ct.IsCancellationRequested)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, Ct);
        }

        Assert.Equal(ErrorCode.StorageFull, (await Assert.ThrowsAsync<SlipwayException>(() => flush)).Code);
        _engine.Broken = false;
        while (await RowsAsync() < accepted && !Ct.IsCancellationRequested)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, Ct);
        }

        Assert.Equal(accepted, await RowsAsync());
    }

    [Fact]
    public async Task Rows_are_written_when_they_are_old_enough_and_when_the_server_stops()
    {
        using var deployment = ScoredDeployment.Create(Folder);
        var collector = await GivenCollectorAsync(deployment.Served);
        await collector.AddAsync(deployment.Served.Collected, CollectMode.Drop, isWanted: true, await deployment.ScoredAsync(2), "old", Time.GetUtcNow(), Ct);
        while (await RowsAsync() < 2 && !Ct.IsCancellationRequested)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(5, Ct);
        }

        await collector.AddAsync(deployment.Served.Collected, CollectMode.Drop, isWanted: true, await deployment.ScoredAsync(1), "young", Time.GetUtcNow(), Ct);
        await collector.StopAsync(Ct);

        Assert.Equal(3, await RowsAsync());
        await collector.DisposeAsync();
    }

    [Fact]
    public async Task Each_row_tells_its_request_its_number_and_who_answered()
    {
        using var deployment = ScoredDeployment.Create(Folder);
        await using var collector = await GivenCollectorAsync(deployment.Served, segmentRows: 10_000);
        int[] sizes = [1, 99, 1, 100, 37];
        for (var i = 0; i < 100; i++)
            await collector.AddAsync(deployment.Served.Collected, CollectMode.Wait, isWanted: true, await deployment.ScoredAsync(sizes[i % sizes.Length]), $"r{i}", Time.GetUtcNow().AddSeconds(i), Ct);
        await collector.FlushAsync(Ct);

        var segment = Assert.Single(await Segments.ListNewestAnswersAsync(WorkspaceName.Default, "flights", Ct));
        using var connection = _engine.Connect();
        using var result = connection.Query(
            $"""
             select request_id, row, event_time, dense_rank() over (order by sequence), input_carrier, input_distance, deployment, model_version
             from read_parquet('{await _content.LocalFileAsync(segment.Digest, Ct)}') order by file_row_number
             """,
            Ct);

        var expected = Enumerable.Range(0, 100).SelectMany(request => Enumerable.Range(0, sizes[request % sizes.Length]).Select(row => new object?[]
        {
            $"r{request}", row, Time.GetUtcNow().AddSeconds(request), request + 1L, "AA", row + 1f, "blue", 1,
        }));
        Assert.Equal(expected, result.Rows());
        Assert.Equal(("r0", "r99"), (segment.MinRequest, segment.MaxRequest));
    }

    private async Task<Collector> GivenCollectorAsync(ServedDeployment deployment, int segmentRows = 30)
    {
        var options = new ServingOptions { TempFolder = Path.Combine(Folder, "temp"), SegmentRows = segmentRows, WaitingSegments = 1 };
        _content = new ContentStore(new LocalBlobStore(Folder), new BlobCache(Path.Combine(Folder, "cache"), 1L << 40, TimeProvider.System));
        var collector = new Collector(
            new SegmentWriter(new SegmentFiles(_engine, _content, options), Segments, Time), new SequenceClock(Time), options, Time, NullLogger<Collector>.Instance);
        await collector.StartAsync(Ct);
        collector.Watch(deployment);
        return collector;
    }

    private async Task<long> RowsAsync() =>
        (await Segments.ListNewestAnswersAsync(WorkspaceName.Default, "flights", Ct)).Sum(segment => segment.Rows);

    /// <summary>Stands for the lake's engine, and for a full disk when it is broken.</summary>
    private sealed class Engine : ILakeTables
    {
        private volatile bool _broken;

        public bool Broken
        {
            get => _broken;
            set => _broken = value;
        }

        public DuckDbConnection Connect(int? threads = null)
        {
            if (Broken)
                throw new SlipwayException(ErrorCode.StorageFull, "The disk is full.");
            using var database = DuckDbDatabase.OpenMemory();
            return database.Connect();
        }

        public DuckDbConnection ConnectSandboxed(
            IReadOnlyCollection<string> files, IReadOnlyCollection<string> folders, int? memoryMegabytes = null) =>
            throw new NotSupportedException();

        public Task<LakeTable> TableAsync(Digest tree, CancellationToken ct) => throw new NotSupportedException();

        public Task<LakeQuery> BindAsync(Caller caller, string sql, CancellationToken ct) => throw new NotSupportedException();
    }
}

public sealed class CollectorOnSqlite() : CollectorContract(DatabaseProvider.Sqlite);

public sealed class CollectorOnPostgres() : CollectorContract(DatabaseProvider.Postgres);
