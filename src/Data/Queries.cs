using System.Data.Common;
using Dapper;

namespace Slipway.Data;

/// <summary>The usual statements without the ceremony: the token and the transaction are passed on.</summary>
public static class Queries
{
    /// <summary>All rows, read on a connection of its own.</summary>
    public static async Task<IReadOnlyList<T>> QueryAsync<T>(
        this Database database, string sql, object? parameters, CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        return await connection.QueryAsync<T>(sql, parameters, ct);
    }

    /// <summary>All rows, on a connection that serves several queries.</summary>
    public static async Task<IReadOnlyList<T>> QueryAsync<T>(
        this DbConnection connection, string sql, object? parameters, CancellationToken ct)
    {
        var rows = await connection.QueryAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: ct));
        return rows.AsList();
    }

    /// <summary>The first row, or null.</summary>
    public static async Task<T?> FindAsync<T>(
        this Database database, string sql, object? parameters, CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        return await connection.QueryFirstOrDefaultAsync<T>(new CommandDefinition(sql, parameters, cancellationToken: ct));
    }

    /// <summary>One statement as a write of its own; the number of rows that it changed.</summary>
    public static Task<int> ExecuteAsync(this Database database, string sql, object? parameters, CancellationToken ct) =>
        database.WriteAsync((tx, token) => tx.ExecuteAsync(sql, parameters, token), ct);

    public static async Task<IReadOnlyList<T>> QueryAsync<T>(
        this DbTransaction tx, string sql, object? parameters, CancellationToken ct)
    {
        var rows = await tx.Connection!.QueryAsync<T>(new CommandDefinition(sql, parameters, tx, cancellationToken: ct));
        return rows.AsList();
    }

    /// <summary>The first row (also of "returning"), or null.</summary>
    public static Task<T?> FindAsync<T>(this DbTransaction tx, string sql, object? parameters, CancellationToken ct) =>
        tx.Connection!.QueryFirstOrDefaultAsync<T>(new CommandDefinition(sql, parameters, tx, cancellationToken: ct));

    /// <summary>Runs a statement, once per element when the parameters are a list; the number of rows that it changed.</summary>
    public static Task<int> ExecuteAsync(this DbTransaction tx, string sql, object? parameters, CancellationToken ct) =>
        tx.Connection!.ExecuteAsync(new CommandDefinition(sql, parameters, tx, cancellationToken: ct));
}
