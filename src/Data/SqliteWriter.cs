using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Slipway.Data;

/// <summary>
/// The one writer of a SQLite database. Writes that wait together share a transaction, one savepoint each, and so one
/// fsync: a caller is answered after the commit, and a write that fails takes only itself back.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private const int MaxPerCommit = 128;

    private readonly Channel<WriteAction> _queue =
        Channel.CreateUnbounded<WriteAction>(new UnboundedChannelOptions { SingleReader = true });

    private readonly List<WriteAction> _ran = new(MaxPerCommit);
    private readonly Lock _opening = new();
    private readonly string _path;
    private readonly SqliteSynchronous _synchronous;
    private readonly Task _loop;
    private SqliteConnection? _connection;
    private bool _disposed;

    public SqliteWriter(string path, SqliteSynchronous synchronous)
    {
        _path = path;
        _synchronous = synchronous;
        _loop = Task.Run(RunAsync);
    }

    public void Enqueue(WriteAction write)
    {
        if (!_queue.Writer.TryWrite(write))
            write.Fail(new ObjectDisposedException(nameof(Database)));
    }

    public Task EnsureOpenAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        Connection();
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
        lock (_opening)
        {
            _disposed = true;
            _connection?.Dispose();
            _connection = null;
        }
    }

    private async Task RunAsync()
    {
        await foreach (var write in _queue.Reader.ReadAllAsync())
        {
            if (await TryCommitAsync(write, shared: true))
                continue;

            // The error took the whole transaction with it; those that had run well run again, alone.
            foreach (var again in _ran.ToArray())
                await TryCommitAsync(again, shared: false);
        }
    }

    /// <summary>
    /// Runs the write, and when shared those that wait behind it, and commits. False: a write failed and took the
    /// transaction with it; <see cref="_ran"/> holds those that lost theirs.
    /// </summary>
    private async Task<bool> TryCommitAsync(WriteAction first, bool shared)
    {
        _ran.Clear();
        var write = first;
        try
        {
            await using var transaction = Connection().BeginTransaction(deferred: false);
            do
            {
                if (await RunAsync(write, transaction))
                    continue;
                if (IsGone(transaction))
                    return false;
            }
            while (shared && _ran.Count < MaxPerCommit && _queue.Reader.TryRead(out write));

            if (_ran.Count > 0)
                transaction.Commit();
            foreach (var done in _ran)
                done.Succeed();
        }
        catch (Exception exception)
        {
            // The writer outlives whatever happens to one commit; its callers hear of it.
            var translated = SqliteErrors.Translate(exception, _path);
            (write ?? first).Fail(translated);
            foreach (var lost in _ran)
                lost.Fail(translated);
            if (exception is SqliteException)
                Reopen();
        }

        return true;
    }

    private async Task<bool> RunAsync(WriteAction write, SqliteTransaction transaction)
    {
        transaction.Save("w");
        try
        {
            await write.RunAsync(transaction);
            transaction.Release("w");
            _ran.Add(write);
            return true;
        }
        catch (Exception exception)
        {
            write.Fail(SqliteErrors.Translate(exception, _path));
            if (!IsGone(transaction))
            {
                transaction.Rollback("w");
                transaction.Release("w");
            }

            return false;
        }
    }

    // A full disk, an I/O error or too little memory make SQLite roll everything back by itself.
    private static bool IsGone(SqliteTransaction transaction) =>
        transaction.Connection is not { } connection
        || SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) != 0;

    private SqliteConnection Connection()
    {
        lock (_opening)
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(Database));
            return _connection ??= Open();
        }
    }

    private void Reopen()
    {
        lock (_opening)
        {
            _connection?.Dispose();
            _connection = null;
        }
    }

    private SqliteConnection Open()
    {
        var folder = Path.GetDirectoryName(_path)!;
        Directory.CreateDirectory(folder);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = _path,
            ForeignKeys = true,
            Pooling = false,
        }.ToString());
        try
        {
            connection.Open();
            connection.Apply(
                $"""
                pragma busy_timeout = 10000;
                pragma journal_mode = wal;
                pragma synchronous = {(_synchronous == SqliteSynchronous.Full ? "full" : "normal")};
                pragma case_sensitive_like = on;
                pragma temp_store = memory;
                pragma cache_size = -65536;
                pragma journal_size_limit = 67108864;
                select count(*) from sqlite_schema
                """);
            return connection;
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw SqliteErrors.Translate(exception, _path);
        }
    }
}
