using System.Security.Cryptography;
using Npgsql;
using Xunit;

namespace Slipway.Shared;

/// <summary>
/// A fresh, empty schema on the PostgreSQL server of the test run; it is dropped at the end. Use it as a class fixture
/// (<c>IClassFixture&lt;Postgres&gt;</c>), or <c>await using var postgres = await Postgres.CreateAsync(ct)</c> in a test.
/// </summary>
public sealed class Postgres : IAsyncLifetime
{
    private string _server = "";

    public string Schema { get; } = "t_" + RandomNumberGenerator.GetHexString(16, lowercase: true);

    /// <summary>Connects with this schema as the whole search path.</summary>
    public string ConnectionString { get; private set; } = "";

    public static async Task<Postgres> CreateAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var postgres = new Postgres();
        await postgres.InitializeAsync();
        return postgres;
    }

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.ConnectionStringAsync();
        ConnectionString = new NpgsqlConnectionStringBuilder(_server)
        {
            SearchPath = Schema,
            ApplicationName = Schema,
            MaxPoolSize = 20,
        }.ConnectionString;
        await ExecuteAsync($"create schema {Schema}");
    }

    public async ValueTask DisposeAsync()
    {
        await using (var pooled = new NpgsqlConnection(ConnectionString))
        {
            NpgsqlConnection.ClearPool(pooled);
        }

        // A connection that a test left open would hold its locks and let the drop wait for ever.
        await ExecuteAsync(
            $"""
            select pg_terminate_backend(pid) from pg_stat_activity where application_name = '{Schema}';
            drop schema {Schema} cascade;
            """);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
