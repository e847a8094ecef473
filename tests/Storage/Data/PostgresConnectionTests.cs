using Dapper;
using Slipway.Data;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Data;

public sealed class PostgresConnectionTests : IAsyncLifetime
{
    private Postgres _postgres = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _postgres = await Postgres.CreateAsync(Ct);

    public ValueTask DisposeAsync() => _postgres.DisposeAsync();

    [Fact]
    public async Task A_connection_that_comes_back_from_the_pool_still_compiles_no_statements()
    {
        await using var database = Database.Postgres(_postgres.ConnectionString + ";Maximum Pool Size=1");

        for (var use = 0; use < 3; use++)
        {
            await using var connection = await database.OpenAsync(Ct);
            Assert.Equal("off", await connection.ExecuteScalarAsync<string>("show jit"));
        }
    }

    [Fact]
    public async Task A_migration_may_take_longer_than_a_statement()
    {
        await using var database = Database.Postgres(_postgres.ConnectionString + ";Command Timeout=1");

        await new Migrator(database, [new TestMigrations(new Migration(1, "slow", "select pg_sleep(2)"))], TimeProvider.System).RunAsync(Ct);

        await using var connection = await database.OpenAsync(Ct);
        Assert.Equal("slow", await connection.ExecuteScalarAsync<string>("select name from schema_migrations"));
    }

    [Fact]
    public async Task A_table_that_an_upgrade_wrote_anew_is_vacuumed()
    {
        await using var database = Database.Postgres(_postgres.ConnectionString);
        var filled = new Migration(1, "filled", "create table t (id integer); insert into t select generate_series(1, 1000)");
        var widened = new Migration(2, "widened", "alter table t add column twice integer generated always as (2 * id) stored");

        await new Migrator(database, [new TestMigrations(filled)], TimeProvider.System).RunAsync(Ct);
        await new Migrator(database, [new TestMigrations(filled, widened)], TimeProvider.System).RunAsync(Ct);

        // Whether all its pages are visible by then depends on who else is connecting to the same server.
        await using var connection = await database.OpenAsync(Ct);
        Assert.Equal(1, await connection.ExecuteScalarAsync<long>("select vacuum_count from pg_stat_user_tables where relid = 't'::regclass"));
    }

    private sealed class TestMigrations(params Migration[] all) : IMigrations
    {
        public string Module => "test";

        public IReadOnlyList<Migration> All => all;
    }
}
