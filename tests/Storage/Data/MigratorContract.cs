using Slipway.Data;
using Slipway.Kernel;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Data;

public abstract class MigratorContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private static readonly Migration s_first = new(1, "first", "create table a (id {{identity}}, x {{real}}, y {{blob}}, z {{json}})");
    private static readonly Migration s_second = new(2, "second", "create table b (id integer); insert into b values (1), (2)");

    [Fact]
    public async Task Migrations_are_applied_once_in_their_order()
    {
        await MigrateAsync(s_first);
        await MigrateAsync(s_first, s_second);
        await MigrateAsync(s_first, s_second);

        Assert.Equal(["first", "second"], await AppliedAsync());
        Assert.Equal([1, 2], await Database.QueryAsync<int>("select id from b order by id", null, Ct));
    }

    [Fact]
    public async Task The_tokens_stand_for_types_that_count_and_keep_numbers_and_bytes()
    {
        await MigrateAsync(s_first);

        var row = await Database.WriteAsync(
            (tx, ct) => tx.FindAsync<Row>(
                "insert into a (x, y, z) values (@X, @Y, @Z) returning id, x, y, z", new { X = Math.PI, Y = new byte[] { 0, 255 }, Z = "{}" }, ct),
            Ct);

        Assert.Equal((1L, Math.PI, "{}"), (row!.Id, row.X, row.Z));
        Assert.Equal([0, 255], row.Y);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_the_database_as_it_was()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => MigrateAsync(s_first, s_second, new Migration(3, "broken", "create table c (id integer); create tabel d")));

        Assert.Contains("test/0003_broken", failure.Message);
        Assert.Empty(await AppliedAsync());
        await MigrateAsync(s_first, s_second);
    }

    [Fact]
    public async Task An_error_after_a_statement_that_returns_rows_is_not_missed()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => MigrateAsync(new Migration(1, "broken", "select 1; create table c (id integer); create tabel d")));

        Assert.Empty(await AppliedAsync());
    }

    [Fact]
    public async Task A_migration_whose_text_has_changed_is_refused()
    {
        await MigrateAsync(s_first);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => MigrateAsync(s_first with { Sql = "create table other (id integer)" }));

        Assert.Equal(ErrorCode.Conflict, refusal.Code);
        Assert.Contains("test/0001_first", refusal.Message);
    }

    [Fact]
    public async Task The_kind_of_line_ends_is_no_change()
    {
        await MigrateAsync(new Migration(1, "first", "create table a (\n id integer)"));

        await MigrateAsync(new Migration(1, "first", "create table a (\r\n id integer)"));
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused()
    {
        await MigrateAsync(s_first, s_second);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => MigrateAsync(s_first));

        Assert.Contains("newer Slipway", refusal.Message);
    }

    [Fact]
    public async Task A_gap_in_the_numbers_is_refused()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => MigrateAsync(s_second));

        Assert.Contains("should have the number 0001", failure.Message);
    }

    [Fact]
    public async Task Many_processes_that_migrate_at_once_apply_each_migration_once()
    {
        var others = Enumerable.Range(0, 4).Select(_ => Open()).ToList();

        await Task.WhenAll(others.Select(other => MigrateAsync(other, s_first, s_second)));

        Assert.Equal(["first", "second"], await AppliedAsync());
        foreach (var other in others)
            await other.DisposeAsync();
    }

    private Task MigrateAsync(params Migration[] migrations) => MigrateAsync(Database, migrations);

    private Task MigrateAsync(Database database, params Migration[] migrations) =>
        new Migrator(database, [DataModule.Migrations, new Module(migrations)], Time).RunAsync(Ct);

    private Task<IReadOnlyList<string>> AppliedAsync() =>
        Database.QueryAsync<string>("select name from schema_migrations where module = 'test' order by number", null, Ct);

    private sealed class Module(Migration[] all) : IMigrations
    {
        string IMigrations.Module => "test";

        public IReadOnlyList<Migration> All => all;
    }

    private sealed record Row
    {
        public required long Id { get; init; }

        public required double X { get; init; }

        public required byte[] Y { get; init; }

        public required string Z { get; init; }
    }
}

public sealed class MigratorOnSqlite() : MigratorContract(DatabaseProvider.Sqlite);

public sealed class MigratorOnPostgres() : MigratorContract(DatabaseProvider.Postgres);
