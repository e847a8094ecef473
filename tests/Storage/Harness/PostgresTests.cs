using Npgsql;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Harness;

public sealed class PostgresTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_schemas_do_not_see_each_others_tables()
    {
        await using var one = await Postgres.CreateAsync(Ct);
        await using var other = await Postgres.CreateAsync(Ct);

        await ExecuteAsync(one, "create table flights (id bigint)");

        Assert.Equal(1L, await ExecuteAsync(one, CountOfTables));
        Assert.Equal(0L, await ExecuteAsync(other, CountOfTables));
    }

    [Fact]
    public async Task A_schema_is_dropped_even_when_a_connection_was_left_in_a_transaction()
    {
        var postgres = await Postgres.CreateAsync(Ct);
        await using var left = new NpgsqlConnection(postgres.ConnectionString);
        await left.OpenAsync(Ct);
        await using var transaction = await left.BeginTransactionAsync(Ct);
        await using var create = new NpgsqlCommand("create table flights (id bigint)", left);
        await create.ExecuteNonQueryAsync(Ct);

        await postgres.DisposeAsync();

        await using var other = await Postgres.CreateAsync(Ct);
        var remaining = await ExecuteAsync(
            other, $"select count(*) from pg_namespace where nspname = '{postgres.Schema}'");
        Assert.Equal(0L, remaining);
    }

    private const string CountOfTables = "select count(*) from pg_tables where schemaname = current_schema()";

    private static async Task<object?> ExecuteAsync(Postgres postgres, string sql)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Ct);
    }
}
