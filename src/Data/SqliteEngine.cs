using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Slipway.Data;

/// <summary>SQLite in WAL mode: one writer, and read-only connections beside it.</summary>
internal sealed class SqliteEngine : IDatabaseEngine
{
    private readonly SqliteWriter _writer;
    private readonly string _reading;

    public SqliteEngine(string path, SqliteSynchronous synchronous)
    {
        var full = Path.GetFullPath(path);
        _writer = new SqliteWriter(full, synchronous);
        _reading = new SqliteConnectionStringBuilder
        {
            DataSource = full,
            Mode = SqliteOpenMode.ReadOnly,
            ForeignKeys = true,
        }.ToString();
    }

    public Dialect Dialect => Dialect.Sqlite;

    // A file is there; what fails of it fails for a reason of its own each time.
    public string? Away => null;

    // There is no limit to the connections of a file.
    public string? TakeExhausted() => null;

    public async Task<DbConnection> OpenAsync(CancellationToken ct)
    {
        // A read-only connection cannot create the file, nor the WAL; the writer can.
        await _writer.EnsureOpenAsync(ct);
        var connection = new SqliteConnection(_reading);
        try
        {
            await connection.OpenAsync(ct);
            connection.Apply("pragma busy_timeout = 5000; pragma case_sensitive_like = on; pragma cache_size = -32768");
            return connection;
        }
        catch (SqliteException exception)
        {
            await connection.DisposeAsync();
            throw SqliteErrors.Translate(exception, connection.DataSource);
        }
    }

    public Task<T> WriteAsync<T>(WriteAction<T> write, IsolationLevel isolation)
    {
        _writer.Enqueue(write);
        return write.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        using var connection = new SqliteConnection(_reading);
        SqliteConnection.ClearPool(connection);
    }
}
