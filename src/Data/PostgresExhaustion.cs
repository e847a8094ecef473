using System.Data.Common;
using Npgsql;

namespace Slipway.Data;

/// <summary>Says which connections are used up, and which setting makes more of them; both look like an absence to who only wanted one.</summary>
internal static class PostgresExhaustion
{
    // Npgsql has no type for it: "The connection pool has been exhausted, either raise 'Max Pool Size' (currently 100) or …"
    private const string Pool = "The connection pool has been exhausted";

    /// <summary>Null: it failed for another reason.</summary>
    public static string? Explain(DbException exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } full =>
            $"PostgreSQL has no connection left ({full.MessageText.TrimEnd('.')}); raise its max_connections, or the role's connection limit, or lower 'Maximum Pool Size' in the connection strings of those who use it.",
        NpgsqlException { InnerException: TimeoutException } waited when waited.Message.StartsWith(Pool, StringComparison.Ordinal) =>
            "All connections of this process to the database were in use for too long; raise 'Maximum Pool Size' in the connection string, or 'Timeout' to wait longer.",
        _ => null,
    };
}
