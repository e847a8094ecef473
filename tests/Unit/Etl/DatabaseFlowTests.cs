using Microsoft.Data.Sqlite;
using Npgsql;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.Etl;

public sealed class DatabaseFlowTests(EtlHost host, Postgres postgres) : IClassFixture<EtlHost>, IClassFixture<Postgres>
{
    private const string Source = "\"source\": {\"type\": \"postgres\", \"connection\": \"shop\", \"table\": \"orders\"}";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_table_of_PostgreSQL_keeps_its_types()
    {
        var flow = await GivenAsync(
            """
            create table orders (
                id bigint, small smallint, price numeric(12,2), rate double precision, name varchar(20), paid boolean, day date,
                at timestamp, seen timestamptz, ref uuid, raw bytea, tags text[], more jsonb);
            insert into orders values (
                9007199254740993, 7, 19.99, 0.5, 'Ä', true, '2001-02-03', '2001-02-03 04:05:06.789', '2001-02-03 04:05:06+02',
                '00000000-0000-0000-0000-000000000001', '\x00ff', '{a,b}', '{"a": 1}'), (null, null, null, null, null, null, null, null, null, null, null, null, null);
            """);

        var step = await flow.RunAsync($"{{{Source}}}");

        Assert.Equal(
            ["BIGINT|SMALLINT|DECIMAL(12,2)|DOUBLE|VARCHAR|BOOLEAN|DATE|TIMESTAMP|TIMESTAMP WITH TIME ZONE|UUID|BLOB|VARCHAR[]|VARCHAR"],
            await flow.RowsAsync("select columns(*)::varchar from (select typeof(columns(*)) from $table limit 1)"));
        Assert.Equal(
            ["9007199254740993|19.99|Ä|2001-02-03 04:05:06.789|2001-02-03 02:05:06+00|[a, b]", "null|null|null|null|null|null"],
            await flow.RowsAsync("select id::varchar, price::varchar, name, \"at\"::varchar, seen::varchar, tags::varchar from $table order by id nulls last"));
        Assert.StartsWith("table:postgres/", step.ReadNodes.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_window_is_asked_for_in_PostgreSQL_itself()
    {
        var flow = await GivenAsync("create table orders (id int, date timestamp); insert into orders select i, timestamp '2001-01-01' + i * interval '1 hour' from generate_series(0, 99) i");

        await flow.RunAsync($"{{{Source}, \"window\": {Flow.Days}}}", window: 1);

        Assert.Equal(["24|47|24"], await flow.RowsAsync("select min(id), max(id), count(*) from $table"));
    }

    [Fact]
    public async Task A_window_of_whole_numbers_is_asked_for_in_PostgreSQL_itself()
    {
        var flow = await GivenAsync("create table orders (id numeric(18,0), note text); insert into orders select i, 'n' from generate_series(0, 99) i");

        await flow.RunAsync($"{{{Source}, \"window\": {{\"column\": \"id\", \"from\": 90, \"to\": 95}}}}");
        await flow.RunAsync($"{{{Source}, \"window\": {{\"column\": \"id\", \"from\": 95, \"delay\": 2}}}}");

        Assert.Equal(["90|97|8"], await flow.RowsAsync("select min(id)::int, max(id)::int, count(*) from $table"));
        Assert.Equal(["window=0090/part.parquet", "window=0095/part.parquet"], await flow.FilesAsync());
    }

    [Fact]
    public async Task A_window_of_whole_numbers_that_runs_again_replaces_its_own_rows_of_a_table_and_no_others()
    {
        var flow = await GivenAsync("create table target (id bigint, note text); insert into target values (1, 'other'), (5, 'own'), (6, 'own')");
        var settings = $$"""{ {{Rows("select 5 + i as id, 'new' as note from range(3) t(i)")}}, "window": {"column": "id", "from": 5}, "sink": {"type": "postgres", "connection": "shop", "table": "target", "mode": "replace"} }""";

        await flow.RunAsync(settings);
        await flow.RunAsync(settings);

        Assert.Equal(["1other", "5new", "6new", "7new"], await QueryAsync("select id || note from target order by id"));
    }

    [Theory]
    [InlineData("select 1/0 as x, timestamp '2001-01-01' as date", "The source the query of postgres cannot be read: PostgreSQL: division by zero")]
    [InlineData("select 'infinity'::interval as x, * from nowhere", "The source the query of postgres cannot be read: PostgreSQL: ")]
    [InlineData("select 1 as x union all select 5 union all select 7; drop table orders", "The source the query of postgres cannot be read: PostgreSQL: ")]
    [InlineData("select n::numeric(38,0) as n, timestamp '2001-01-01' as date from (values (1), (1e30)) v(n)", "The source the query of postgres cannot be read: row 2, column 'n': ")]
    public async Task A_query_that_cannot_be_read_is_refused(string query, string message)
    {
        var flow = await GivenAsync("create table orders (id int, date timestamp)");

        var refusal = await flow.RefusalAsync($$"""{"source": {"type": "postgres", "connection": "shop", "query": "{{query}}"}, "window": {{Flow.Days}} }""", window: 0);

        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
        Assert.Null(await flow.LatestAsync());
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=me;Password=sesame", ErrorCode.Unavailable)]
    [InlineData("Passwort=sesame", ErrorCode.InvalidParameter)]
    public async Task A_connection_that_is_wrong_is_refused_without_its_password(string connection, ErrorCode code)
    {
        await host.Get<IVault>().SetAsync(Caller.System, "wrong", connection, Ct);

        var refusal = await new Flow(host).RefusalAsync("""{"source": {"type": "postgres", "connection": "wrong", "table": "orders"}}""");

        Assert.Equal(code, refusal.Code);
        Assert.DoesNotContain("sesame", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_are_put_into_a_table_of_PostgreSQL_by_their_keys()
    {
        var flow = await GivenAsync("");
        const string Sink = "\"sink\": {\"type\": \"postgres\", \"connection\": \"shop\", \"table\": \"target\", \"keys\": [\"id\"]}";

        await flow.RunAsync($"{{{Rows("select i as id, 'old' as v, timestamp '2001-01-01' as at, 1.5::decimal(9,2) as d from range(3) t(i)")}, {Sink}}}");
        var step = await flow.RunAsync($"{{{Rows("select i as id, 'new' as v, timestamp '2001-01-02' as at, 2.5::decimal(9,2) as d from range(2, 5) t(i)")}, {Sink}}}");

        Assert.Equal(["0|old", "1|old", "2|new", "3|new", "4|new"], await QueryAsync("select id || '|' || v from target order by id"));
        Assert.Equal(["2.50"], await QueryAsync("select distinct d::text from target where id > 2"));
        Assert.StartsWith("table:postgres/", step.MadeNodes.Single().Node, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_window_that_runs_again_replaces_its_own_rows_of_a_table_and_no_others()
    {
        var flow = await GivenAsync("create table target (date timestamp, x bigint, note text); insert into target values ('2001-01-01 05:00', 1, 'other'), ('2001-01-02 05:00', 2, 'own'), ('2001-01-03', 3, 'other')");
        var settings = $$"""{ {{Rows("select timestamp '2001-01-02 07:00' as date, 9::bigint as x")}}, "window": {{Flow.Days}}, "sink": {"type": "postgres", "connection": "shop", "table": "target", "mode": "replace"} }""";

        await flow.RunAsync(settings, window: 1);
        await flow.RunAsync(settings, window: 1);

        Assert.Equal(["1", "9", "3"], await QueryAsync("select x::text from target order by date"));
    }

    [Fact]
    public async Task A_table_that_refuses_a_row_is_as_it_was_before()
    {
        var flow = await GivenAsync("create table target (id bigint primary key, v text not null); insert into target values (1, 'old')");
        const string Sink = "\"sink\": {\"type\": \"postgres\", \"connection\": \"shop\", \"table\": \"target\", \"keys\": [\"id\"]}";

        var refused = await flow.RefusalAsync($"{{{Rows("select 1 as id, 'new' as v union all select 2, null")}, {Sink}}}");
        var twice = await flow.RefusalAsync($"{{{Rows("select 1 as id, 'a' as v union all select 1, 'b'")}, {Sink}}}");
        var other = await flow.RefusalAsync($"{{{Rows("select 1 as id, 'a' as vv")}, {Sink}}}");

        Assert.StartsWith("Table target cannot be written: PostgreSQL: null value in column \"v\"", refused.Message, StringComparison.Ordinal);
        Assert.StartsWith("The rows for table target have 1 keys more than once", twice.Message, StringComparison.Ordinal);
        Assert.StartsWith("Table target has no column 'vv'. Did you mean 'v'?", other.Message, StringComparison.Ordinal);
        Assert.Equal(["old"], await QueryAsync("select v from target"));
    }

    [Fact]
    public async Task Sqlite_is_read_and_written_too()
    {
        var file = host.File($"shop-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}.db");
        await SqliteAsync(file, "create table orders (id integer, name text, price real, at datetime, paid boolean); insert into orders values (1, 'a', 1.5, '2001-01-01 10:00:00', 1), (2, 'b', 2.5, '2001-01-02T11:00:00', 0)");
        var flow = new Flow(host);
        var settings = $$"""{"source": {"type": "sqlite", "path": "{{file}}", "table": "orders"}, "window": {"column": "at", "start": "2001-01-01", "every": "1d"} }""";

        await flow.RunAsync(settings, window: 1);
        await flow.RunAsync($$"""{"source": {"type": "sqlite", "path": "{{file}}", "table": "orders"}, "sink": {"type": "sqlite", "path": "{{file}}", "table": "copy", "keys": ["id"]} }""");

        var numbers = new Flow(host);
        await numbers.RunAsync($$"""{"source": {"type": "sqlite", "path": "{{file}}", "table": "orders"}, "window": {"column": "id", "from": 2} }""");

        Assert.Equal(["2|b"], await numbers.RowsAsync("select id, name from $table"));
        Assert.Equal(["2|b|2.5|False"], await flow.RowsAsync("select id, name, price, paid from $table"));
        Assert.Equal("2", await SqliteAsync(file, "select count(*) from copy where at is not null"));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused()
    {
        var file = host.File("noise.db");
        await File.WriteAllTextAsync(file, new string('x', 5000), Ct);

        var refusal = await new Flow(host).RefusalAsync($$"""{"source": {"type": "sqlite", "path": "{{file}}", "table": "orders"} }""");

        Assert.StartsWith($"'{file}' cannot be opened as a database of SQLite", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_in_a_column_of_numbers_is_told_with_its_row()
    {
        var file = host.File("mixed.db");
        await SqliteAsync(file, "create table orders (id integer); insert into orders values (1), ('two')");

        var refusal = await new Flow(host).RefusalAsync($$"""{"source": {"type": "sqlite", "path": "{{file}}", "table": "orders"} }""");

        Assert.StartsWith("The source table orders cannot be read: row 2, column 'id': ", refusal.Message, StringComparison.Ordinal);
    }

    private string Rows(string query) =>
        $"\"source\": {{\"type\": \"parquet\", \"path\": \"{host.Parquet($"rows-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}.parquet", query)}\"}}";

    private async Task<Flow> GivenAsync(string sql)
    {
        await host.Get<IVault>().SetAsync(Caller.System, "shop", postgres.ConnectionString, Ct);
        await QueryAsync($"drop table if exists orders, target; {sql}");
        return new Flow(host);
    }

    private async Task<IReadOnlyList<string>> QueryAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(Ct);
        var rows = new List<string>();
        while (await reader.ReadAsync(Ct))
            rows.Add(reader.GetString(0));
        return rows;
    }

    private static async Task<string?> SqliteAsync(string file, string sql)
    {
        await using var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        await connection.OpenAsync(Ct);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (await command.ExecuteScalarAsync(Ct))?.ToString();
    }
}
