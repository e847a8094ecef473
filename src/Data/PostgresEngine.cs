using System.Data;
using System.Data.Common;
using Npgsql;
using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>PostgreSQL: a pool of connections, serializable transactions that are run again after a conflict.</summary>
internal sealed class PostgresEngine : IDatabaseEngine
{
    private const int MaxAttempts = 30;

    private readonly NpgsqlDataSource _source;
    private volatile string? _away;
    private string? _exhausted;

    public PostgresEngine(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(Complete(connectionString));

        // Compiling a statement takes longer than most of ours run.
        builder.UsePhysicalConnectionInitializer(
            connection => Execute(connection, "set jit = off"),
            async connection => await ExecuteAsync(connection, "set jit = off"));
        _source = builder.Build();
    }

    public Dialect Dialect => Dialect.Postgres;

    public string? Away => _away;

    public string? TakeExhausted() => Interlocked.Exchange(ref _exhausted, null);

    public async Task<DbConnection> OpenAsync(CancellationToken ct) => await ConnectAsync(ct);

    public async Task<T> WriteAsync<T>(WriteAction<T> write, IsolationLevel isolation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await RunAsync(write, isolation);
                write.Succeed();
                return await write.Task;
            }
            catch (Exception exception) when (attempt < MaxAttempts && IsConflict(exception))
            {
                // Another transaction was first; with some jitter the two do not meet again.
                var limit = Math.Min(250, 1 << Math.Min(attempt, 8));
                await Task.Delay(Random.Shared.Next(limit) + 1, write.Token);
            }
            catch (NpgsqlException exception)
            {
                throw Translate(exception);
            }
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken ct)
    {
        try
        {
            var connection = await _source.OpenConnectionAsync(ct);
            _away = null;
            return connection;
        }
        catch (NpgsqlException exception)
        {
            var refusal = Translate(exception);
            if (PostgresExhaustion.Explain(exception) is { } exhausted)
                _exhausted = exhausted;
            else
                _away = refusal.Message;
            throw refusal;
        }
    }

    private async Task RunAsync(WriteAction write, IsolationLevel isolation)
    {
        await using var connection = await ConnectAsync(write.Token);
        await using var transaction = await connection.BeginTransactionAsync(isolation, write.Token);
        await write.RunAsync(transaction);

        // Not cancelled any more: whether a commit that was cut off took place, nobody could tell.
        await transaction.CommitAsync(CancellationToken.None);
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string Complete(string connectionString)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder(connectionString);
            builder.ApplicationName ??= "slipway";
            if (builder.MaxAutoPrepare == 0)
                builder.MaxAutoPrepare = 128;

            // A reset would take back what a connection begins with. Nothing else is set on one.
            builder.NoResetOnClose = true;
            return builder.ToString();
        }
        catch (ArgumentException exception)
        {
            throw new SlipwayException(
                ErrorCode.InvalidParameter,
                $"The database connection string is not one of PostgreSQL ({exception.Message}) Write it as 'Host=…;Database=…;Username=…'.",
                exception);
        }
    }

    private static bool IsConflict(Exception exception) => exception is PostgresException
    {
        SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected
    };

    private static Exception Translate(NpgsqlException exception) => exception switch
    {
        _ when PostgresExhaustion.Explain(exception) is { } exhausted => new SlipwayException(ErrorCode.Unavailable, exhausted, exception),
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } full => new SlipwayException(
            ErrorCode.StorageFull, $"The database's disk is full: {full.MessageText}. Free space, then try again.", full),
        PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected } busy =>
            new SlipwayException(ErrorCode.Unavailable, "Too many writes met on the same records; try again.", busy),
        PostgresException { SqlState: "28P01" or "28000" or "3D000" } refused => new SlipwayException(
            ErrorCode.Unavailable, $"The database refused the connection: {refused.MessageText}. Check the connection string.", refused),
        PostgresException
        {
            SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
        } closed => new SlipwayException(ErrorCode.Unavailable, $"The database takes nobody in for the moment: {closed.MessageText}. Try again.", closed),
        PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire } nul => new SlipwayException(
            ErrorCode.InvalidParameter, "A text has a character that no record can hold, such as NUL; leave it out.", nul),
        PostgresException => exception,
        _ => new SlipwayException(
            ErrorCode.Unavailable, $"The database does not answer: {exception.Message.TrimEnd('.')}. Check that it runs and may be reached.", exception),
    };
}
