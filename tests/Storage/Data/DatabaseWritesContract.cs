using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Data;

public abstract class DatabaseWritesContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    [Fact]
    public async Task What_was_written_is_read_by_the_next_connection_and_by_another_process()
    {
        await GivenNumbersAsync(1);

        await using var elsewhere = Open();

        Assert.Equal([1], await NumbersAsync(Database));
        Assert.Equal([1], await NumbersAsync(elsewhere));
    }

    [Fact]
    public async Task A_write_that_throws_leaves_nothing_and_the_next_one_works()
    {
        await GivenNumbersAsync();

        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => Database.WriteAsync(
            async (tx, ct) =>
            {
                await AddAsync(tx, 1, ct);
                throw new TimeZoneNotFoundException();
            },
            Ct));
        await Database.WriteAsync((tx, ct) => AddAsync(tx, 2, ct), Ct);

        Assert.Equal([2], await NumbersAsync(Database));
    }

    [Fact]
    public async Task A_statement_that_fails_takes_its_own_write_back_and_no_other()
    {
        await GivenNumbersAsync(7);

        // Number 7 is there already; on SQLite some of these share a commit with it.
        var writes = Enumerable.Range(0, 20).Select(n => Database.WriteAsync((tx, ct) => AddAsync(tx, n, ct), Ct)).ToList();
        var failure = await Assert.ThrowsAnyAsync<DbException>(() => Task.WhenAll(writes));

        Assert.True(Dialect.IsUniqueViolation(failure));
        Assert.Equal(1, writes.Count(write => write.IsFaulted));
        Assert.Equal(Enumerable.Range(0, 20), await NumbersAsync(Database));
    }

    [Fact]
    public async Task Writes_that_read_first_behave_as_if_one_came_after_the_other()
    {
        await GivenNumbersAsync(0);

        await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => Database.WriteAsync(
            async (tx, ct) => await AddAsync(tx, await tx.FindAsync<int>("select max(n) + 1 from numbers", null, ct), ct), Ct)));

        Assert.Equal(Enumerable.Range(0, 25), await NumbersAsync(Database));
    }

    [Fact]
    public async Task Two_processes_that_write_behave_as_if_one_came_after_the_other()
    {
        await GivenNumbersAsync(0);
        await using var elsewhere = Open();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => (i % 2 == 0 ? Database : elsewhere).WriteAsync(
            async (tx, ct) => await AddAsync(tx, await tx.FindAsync<int>("select max(n) + 1 from numbers", null, ct), ct), Ct)));

        Assert.Equal(Enumerable.Range(0, 17), await NumbersAsync(Database));
    }

    [Fact]
    public async Task A_reader_sees_the_last_commit_and_does_not_wait_for_the_writer()
    {
        await GivenNumbersAsync(1);

        await Database.WriteAsync(
            async (tx, ct) =>
            {
                await AddAsync(tx, 2, ct);
                Assert.Equal([1], await NumbersAsync(Database));
            },
            Ct);

        Assert.Equal([1, 2], await NumbersAsync(Database));
    }

    [Fact]
    public async Task A_write_within_a_write_is_refused_instead_of_waiting_for_itself()
    {
        await GivenNumbersAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => Database.WriteAsync(
            async (_, ct) =>
            {
                await Task.Yield();
                await Database.WriteAsync((tx, token) => AddAsync(tx, 1, token), ct);
            },
            Ct));
        await Database.WriteAsync((tx, ct) => AddAsync(tx, 2, ct), Ct);

        Assert.Equal([2], await NumbersAsync(Database));
    }

    [Fact]
    public async Task What_waits_for_the_commit_runs_after_it_and_never_without_it()
    {
        await GivenNumbersAsync();
        var seen = new List<string>();

        await Assert.ThrowsAsync<TimeZoneNotFoundException>(() => Database.WriteAsync(
            (_, _) =>
            {
                Database.AfterCommit(() => seen.Add("lost"));
                throw new TimeZoneNotFoundException();
            },
            Ct));
        await Database.WriteAsync(
            async (tx, ct) =>
            {
                Database.AfterCommit(() => seen.Add("committed"));
                await AddAsync(tx, 1, ct);
                seen.Add("written");
            },
            Ct);

        Assert.Equal(["written", "committed"], seen);
        Assert.Throws<InvalidOperationException>(() => Database.AfterCommit(() => { }));
    }

    [Fact]
    public async Task A_cancelled_write_is_not_done()
    {
        await GivenNumbersAsync();
        using var cancel = new CancellationTokenSource();

        var write = Database.WriteAsync(
            async (tx, ct) =>
            {
                await AddAsync(tx, 1, ct);
                await cancel.CancelAsync();
                ct.ThrowIfCancellationRequested();
            },
            cancel.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Database.WriteAsync((tx, ct) => AddAsync(tx, 2, ct), cancel.Token));
        Assert.Empty(await NumbersAsync(Database));
    }

    [Fact]
    public async Task The_action_keeps_the_context_of_its_caller()
    {
        var context = new AsyncLocal<string?> { Value = "mine" };

        Assert.Equal("mine", await Database.WriteAsync((_, _) => Task.FromResult(context.Value), Ct));
    }

    private protected async Task GivenNumbersAsync(params int[] numbers) =>
        await Database.WriteAsync(
            async (tx, ct) =>
            {
                await tx.ExecuteAsync("create table numbers (n integer primary key)", null, ct);
                foreach (var number in numbers)
                    await AddAsync(tx, number, ct);
            },
            Ct);

    private protected static Task AddAsync(DbTransaction tx, int number, CancellationToken ct) =>
        tx.ExecuteAsync("insert into numbers (n) values (@number)", new { number }, ct);

    private protected static Task<IReadOnlyList<int>> NumbersAsync(Database database) =>
        database.QueryAsync<int>("select n from numbers order by n", null, Ct);
}

public sealed class DatabaseWritesOnSqlite() : DatabaseWritesContract(DatabaseProvider.Sqlite)
{
    [Fact]
    public async Task A_connection_for_reads_cannot_write()
    {
        await GivenNumbersAsync();
        await using var connection = await Database.OpenAsync(Ct);
        await using var command = connection.CreateCommand();
        command.CommandText = "insert into numbers (n) values (1)";

        var failure = await Assert.ThrowsAnyAsync<DbException>(() => command.ExecuteNonQueryAsync(Ct));

        Assert.Contains("readonly", failure.Message);
    }

    [Fact]
    public async Task Writes_whose_shared_commit_is_lost_by_another_one_are_done_again()
    {
        await GivenNumbersAsync(7);
        var gate = new TaskCompletionSource();
        var runs = 0;
        var first = Database.WriteAsync(
            async (tx, ct) =>
            {
                runs++;
                await gate.Task;
                await AddAsync(tx, 1, ct);
            },
            Ct);
        var spoiler = Database.WriteAsync(
            (tx, ct) => tx.ExecuteAsync("insert or rollback into numbers (n) values (7)", null, ct), Ct);
        var last = Database.WriteAsync((tx, ct) => AddAsync(tx, 2, ct), Ct);

        gate.SetResult();

        await Assert.ThrowsAnyAsync<DbException>(() => spoiler);
        await Task.WhenAll(first, last);
        Assert.Equal(2, runs);
        Assert.Equal([1, 2, 7], await NumbersAsync(Database));
    }

    [Fact]
    public async Task A_full_disk_is_said_and_what_was_committed_stays()
    {
        await GivenNumbersAsync(1);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => Database.WriteAsync(
            async (tx, ct) =>
            {
                await tx.ExecuteAsync("pragma max_page_count = 1", null, ct);
                await tx.ExecuteAsync("create table large as select zeroblob(1000000) as x", null, ct);
            },
            Ct));

        Assert.Equal(ErrorCode.StorageFull, refusal.Code);
        Assert.Contains("Free space", refusal.Message);
        Assert.Equal([1], await NumbersAsync(Database));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_named()
    {
        var path = Path.Combine(Folder, "text.db");
        await File.WriteAllTextAsync(path, new string('x', 5000), Ct);
        await using var database = Database.Sqlite(path);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => database.OpenAsync(Ct));

        Assert.Equal(ErrorCode.Corrupt, refusal.Code);
        Assert.Contains(path, refusal.Message);
    }
}

public sealed class DatabaseWritesOnPostgres() : DatabaseWritesContract(DatabaseProvider.Postgres)
{
    [Fact]
    public async Task A_server_that_does_not_answer_is_said()
    {
        await using var database = Database.Postgres($"Host=127.0.0.1;Port={FreePort.Next()};Username=x;Database=x");

        var reading = await Assert.ThrowsAsync<SlipwayException>(() => database.OpenAsync(Ct));
        var writing = await Assert.ThrowsAsync<SlipwayException>(() => database.WriteAsync((_, _) => Task.CompletedTask, Ct));

        Assert.Equal((ErrorCode.Unavailable, ErrorCode.Unavailable), (reading.Code, writing.Code));
    }

    [Fact]
    public void A_connection_string_that_is_none_is_refused()
    {
        var refusal = Assert.Throws<SlipwayException>(() => Database.Postgres("/var/lib/slipway.db"));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
    }
}
