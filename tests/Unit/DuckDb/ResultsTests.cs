using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.DuckDb;

public sealed class ResultsTests : IDisposable
{
    // More rows than the engine buffers before it hands the first one out, and then none for ever.
    private const string QuickThenSlow =
        "select i from range(3_000_000_000_000) t(i) where i < 1_000_000 or hash(i) = 5";

    private readonly DuckDbDatabase _database = DuckDbDatabase.OpenMemory(new DuckDbSettings { Threads = 2 });
    private readonly DuckDbConnection _connection;

    public ResultsTests() => _connection = _database.Connect();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Reading_a_chunk_allocates_little_and_nothing_per_row()
    {
        using var result = _connection.Query("select i, i::varchar as text from range(1_000_000) t(i)");
        using var chunks = result.Chunks().GetEnumerator();
        chunks.MoveNext();
        var (bytes, rows) = (0L, 0L);

        var before = GC.GetAllocatedBytesForCurrentThread();
        while (chunks.MoveNext())
        {
            var text = chunks.Current.Column(1);
            for (var row = 0; row < chunks.Current.RowCount; row++)
                bytes += text.GetUtf8(row).Length;
            rows += chunks.Current.RowCount;
        }

        Assert.True(bytes > rows);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, rows);
    }

    [Fact]
    public void An_error_in_the_middle_of_a_stream_is_thrown_not_taken_for_the_end()
    {
        using var result = _connection.Query(
            "select case when i = 900_000 then ('x' || i)::integer else i end from range(1_000_000) t(i)");

        var refusal = Assert.Throws<SlipwayException>(() => result.Chunks().Sum(chunk => chunk.RowCount));

        Assert.Equal(ErrorCode.EngineFailed, refusal.Code);
        Assert.Contains("Could not convert string 'x900000'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_result_that_another_statement_closed_is_refused_not_cut_short()
    {
        using var result = _connection.Query("select * from range(1_000_000)");
        using var chunks = result.Chunks().GetEnumerator();
        chunks.MoveNext();

        Assert.Equal(1, _connection.QueryScalar<int>("select 1"));
        var refusal = Assert.Throws<SlipwayException>(() => chunks.MoveNext());

        Assert.Contains("use a connection for each", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_statement_may_follow_a_result_that_was_left_half_read()
    {
        using (var result = _connection.Query("select * from range(1_000_000)"))
            Assert.NotEmpty(result.Chunks().Take(1));

        Assert.Equal(7, _connection.QueryScalar<int>("select 7"));
    }

    [Theory]
    [InlineData("select count(*) from range(3_000_000_000) a(i), range(1000) b(j) where hash(i, j) = 5")]
    [InlineData("create table t as select hash(i, j) as h from range(3_000_000_000) a(i), range(1000) b(j) where hash(i, j) < 5")]
    public async Task A_long_statement_ends_when_it_is_cancelled(string sql)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var running = Task.Run(() => _connection.Execute(sql, source.Token), Ct);
        await Task.Delay(200, Ct);

        await source.CancelAsync();

        // Left alone it would take hours.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(TimeSpan.FromMinutes(1), Ct));
        Assert.Equal(1, _connection.QueryScalar<int>("select 1"));
    }

    [Fact]
    public void A_stream_ends_when_it_is_cancelled_between_its_chunks_and_in_one()
    {
        using var source = new CancellationTokenSource();
        using var result = _connection.Query("select * from range(100_000_000)", source.Token);
        using var chunks = result.Chunks().GetEnumerator();
        Assert.True(chunks.MoveNext());

        source.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => chunks.MoveNext());

        using var late = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        using var slow = _connection.Query(QuickThenSlow, late.Token);
        Assert.ThrowsAny<OperationCanceledException>(() => slow.Chunks().Count());
    }

    [Fact]
    public void A_statement_is_not_begun_when_it_is_cancelled_already()
    {
        Assert.ThrowsAny<OperationCanceledException>(
            () => _connection.Execute("create table never (i int)", new CancellationToken(canceled: true)));

        Assert.Equal(0, _connection.QueryScalar<int>("select count(*) from duckdb_tables()"));
    }

    [Fact]
    public async Task An_interrupt_from_another_thread_ends_a_statement_and_a_stream_with_an_error()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var interrupting = Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await Task.Delay(50, Ct);
                    _connection.Interrupt();
                }
            },
            Ct);

        var executing = Assert.Throws<SlipwayException>(() => _connection.Execute(
            "select count(*) from range(3_000_000_000) a(i), range(1000) b(j) where hash(i, j) = 5"));
        using var result = _connection.Query(QuickThenSlow);
        var reading = Assert.Throws<SlipwayException>(() => result.Chunks().Count());

        await stop.CancelAsync();
        await interrupting;
        Assert.Contains("INTERRUPT Error", executing.Message, StringComparison.Ordinal);
        Assert.Contains("INTERRUPT Error", reading.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Threads_work_side_by_side_each_with_a_connection()
    {
        _connection.Execute("create table counted (worker int, i bigint)");
        var workers = Enumerable.Range(0, 16).Select(worker => Task.Run(
            () =>
            {
                using var connection = _database.Connect();
                for (var i = 0; i < 20; i++)
                {
                    connection.Execute("insert into counted values (?, ?)", worker, i);
                    using var result = connection.Query("select i from range(10_000) t(i) where i % ? = 0", i + 1);
                    Assert.Equal(9_999 / (i + 1) + 1, result.Rows().Count());
                }
            },
            Ct));

        await Task.WhenAll(workers);

        Assert.Equal(
            (320L, 16L),
            (_connection.QueryScalar<long>("select count(*) from counted"),
                _connection.QueryScalar<long>("select count(distinct worker) from counted")));
    }

    [Fact]
    public void A_result_outlives_its_connection_and_database()
    {
        using var result = Left();

        Assert.Equal(1_000_000, result.Chunks().Sum(chunk => chunk.RowCount));

        static DuckDbResult Left()
        {
            using var database = DuckDbDatabase.OpenMemory();
            using var connection = database.Connect();
            return connection.Query("select * from range(1_000_000)");
        }
    }

    [Fact]
    public void What_is_disposed_cannot_be_used()
    {
        var statement = _connection.Prepare("select 1");
        var result = statement.Query();
        result.Dispose();
        statement.Dispose();
        _connection.Dispose();
        _database.Dispose();

        Assert.Throws<ObjectDisposedException>(() => result.Chunks().Count());
        Assert.Throws<ObjectDisposedException>(() => statement.Execute());
        Assert.Throws<ObjectDisposedException>(() => _connection.Execute("select 1"));
        Assert.Throws<ObjectDisposedException>(() => _database.Connect());
        _connection.Interrupt();
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }
}
