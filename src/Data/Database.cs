using System.Data;
using System.Data.Common;
using Dapper;

namespace Slipway.Data;

/// <summary>
/// The records of one Slipway: SQLite (one file) or PostgreSQL. Reads run on pooled connections and see the last
/// commit; writes run as transactions that behave as if they ran one after the other on both engines.
/// </summary>
public sealed class Database : IAsyncDisposable
{
    private readonly IDatabaseEngine _engine;

    // Columns are snake_case, the init-records that Dapper fills are PascalCase.
    static Database() => DefaultTypeMap.MatchNamesWithUnderscores = true;

    private Database(IDatabaseEngine engine) => _engine = engine;

    public DatabaseProvider Provider => _engine.Dialect.Provider;

    public Dialect Dialect => _engine.Dialect;

    /// <summary>Why it could not be reached when that was tried last; null: it could.</summary>
    public string? Away => _engine.Away;

    /// <summary>Why somebody found no free connection since this was asked last; null: all did.</summary>
    public string? TakeExhausted() => _engine.TakeExhausted();

    /// <summary>Opens or creates a SQLite database in WAL mode; creates the folder.</summary>
    public static Database Sqlite(string path, SqliteSynchronous synchronous = SqliteSynchronous.Full) =>
        new(new SqliteEngine(path, synchronous));

    /// <summary>Uses a PostgreSQL database (15 or later); keeps its own connection pool until disposed.</summary>
    public static Database Postgres(string connectionString) => new(new PostgresEngine(connectionString));

    /// <summary>
    /// A pooled connection for reading; dispose it. On SQLite it cannot write, and reads beside the writer.
    /// </summary>
    public Task<DbConnection> OpenAsync(CancellationToken ct) => _engine.OpenAsync(ct);

    /// <summary>
    /// This failed because the database is away or has no connection left, which <see cref="DatabaseWatch"/> tells for all: who works in the
    /// background just tries again.
    /// </summary>
    public bool IsAway(Exception exception) => exception switch
    {
        DbException { SqlState: "57P01" or "57P02" or "57P03" } => true,
        DbException refused when PostgresExhaustion.Explain(refused) is not null => true,
        DbException { SqlState: null, IsTransient: true, InnerException: not TimeoutException } => true,
        DbException => Away is not null,
        { InnerException: { } inner } => IsAway(inner),
        _ => false,
    };

    /// <summary>
    /// Runs the action in a transaction and commits it; when it throws, nothing of it stays. The action may be run
    /// again (after a serialization failure, or when a commit that it shared with others was lost), so it must have no
    /// effects but on the database. It must not commit, nor call WriteAsync, and, since PostgreSQL ends a transaction
    /// at its first error, not catch a database error and go on: use "on conflict".
    /// </summary>
    public Task<T> WriteAsync<T>(Func<DbTransaction, CancellationToken, Task<T>> action, CancellationToken ct) =>
        WriteAsync(IsolationLevel.Serializable, action, ct);

    public Task WriteAsync(Func<DbTransaction, CancellationToken, Task> action, CancellationToken ct) =>
        WriteAsync(IsolationLevel.Serializable, action, ct);

    /// <summary>
    /// As above with a lower isolation on PostgreSQL: <see cref="IsolationLevel.ReadCommitted"/> suits writes that
    /// only append or that lock what they read, and is never run again for a conflict. SQLite serializes anyway.
    /// </summary>
    public Task<T> WriteAsync<T>(
        IsolationLevel isolation, Func<DbTransaction, CancellationToken, Task<T>> action, CancellationToken ct)
    {
        WriteScope.RefuseNested(this);
        return _engine.WriteAsync(new WriteAction<T>(this, action, ct), isolation);
    }

    public Task WriteAsync(
        IsolationLevel isolation, Func<DbTransaction, CancellationToken, Task> action, CancellationToken ct) =>
        WriteAsync(
            isolation,
            async (tx, token) =>
            {
                await action(tx, token);
                return true;
            },
            ct);

    /// <summary>
    /// Runs the effect once the transaction that is being written has been committed; never when it is not. For
    /// wake-ups and caches: the process may die between the commit and the effect.
    /// </summary>
    public void AfterCommit(Action effect) => WriteScope.Current(this).Effects.Add(effect);

    public ValueTask DisposeAsync() => _engine.DisposeAsync();
}
