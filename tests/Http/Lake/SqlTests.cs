using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Engines.DuckDb;
using Slipway.Lake.Contracts;
using Xunit;

namespace Slipway.Http.Lake;

public sealed class SqlTests(LakeServer server) : IClassFixture<LakeServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("select * from read_text('/etc/passwd')")]
    [InlineData("select * from read_blob('/etc/passwd')")]
    [InlineData("select * from read_csv('/etc/passwd')")]
    [InlineData("select * from '/etc/passwd'")]
    [InlineData("select * from glob('/etc/*')")]
    [InlineData("select * from read_csv('https://example.com/a.csv')")]
    [InlineData("select * from read_parquet('s3://bucket/a.parquet')")]
    [InlineData("select * from read_text('/proc/self/environ')")]
    [InlineData("select * from sqlite_scan('/tmp/a.db', 't')")]
    [InlineData("copy (select 1) to '/tmp/slipway-escape.csv'")]
    [InlineData("copy t from '/etc/passwd'")]
    [InlineData("export database '/tmp/slipway-escape'")]
    [InlineData("attach '/tmp/slipway-escape.db' as x")]
    [InlineData("install httpfs")]
    [InlineData("load httpfs")]
    [InlineData("set enable_external_access = true")]
    [InlineData("reset lock_configuration")]
    [InlineData("create table t(a int)")]
    [InlineData("explain analyze copy (select 1) to '/tmp/slipway-escape.csv'")]
    [InlineData("select 1; select * from read_text('/etc/passwd')")]
    [InlineData("select * from query('copy (select 1) to ''/tmp/slipway-escape.csv''')")]
    [InlineData("selec 1")]
    [InlineData("")]
    public async Task Sql_sees_nothing_but_the_lake_and_changes_nothing(string sql)
    {
        foreach (var format in new[] { "json", "ndjson", "csv", "parquet" })
        {
            var refusal = await server.PostAsync("/api/v1/sql", new { Sql = sql, Format = format });

            Assert.True(refusal.Status == 400, $"{format}: {refusal.Status} {refusal.Text}");
            Assert.DoesNotContain("root:", refusal.Text, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries("/tmp", "slipway-escape*"));
    }

    [Theory]
    [InlineData("select * from 'named-twice@1'", "The query cannot be run: there is no table 'named-twice@1'. A version of a data asset is named as 'data:named-twice@1', in single quotes.")]
    [InlineData("select * from flights", "The query cannot be run: there is no table 'flights'. A version of a data asset is named as 'data:flights', in single quotes.")]
    [InlineData("pivot (select 'a' as k, 1 as v) on k using sum(v)", "A pivot needs its values here, since nothing may be written: pivot … on COLUMN in")]
    public async Task A_query_that_is_nearly_right_is_told_how_it_would_be(string sql, string message)
    {
        foreach (var format in new[] { "json", "parquet" })
        {
            var refusal = await server.PostAsync("/api/v1/sql", new { Sql = sql, Format = format });

            Assert.Equal(400, refusal.Status);
            Assert.StartsWith(message, refusal.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_pivot_with_its_values_is_a_query() => Assert.Equal(
        "a,b\r\n3,4\r\n",
        await SqlAsync(new { Sql = "pivot (values ('a', 1), ('a', 2), ('b', 4)) t(k, v) on k in ('a', 'b') using sum(v)", Format = "csv" }));

    [Fact]
    public async Task The_files_of_a_version_cannot_be_overwritten_by_a_query_over_it()
    {
        var version = await server.TableAsync("target", "select 1 as x");
        var table = await server.Services.GetRequiredService<ILakeTables>().TableAsync(version.Tree, Ct);
        var before = await File.ReadAllBytesAsync(table.Files[0], Ct);

        var refusal = await server.PostAsync("/api/v1/sql", new { Sql = $"copy (select 2 as x from 'data:target') to '{table.Files[0]}' (format parquet)" });

        Assert.Equal(400, refusal.Status);
        Assert.StartsWith("Only a query may be run here", refusal.Text, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(table.Files[0], Ct));
    }

    [Fact]
    public async Task Rows_are_answered_in_the_format_that_is_asked_for()
    {
        await server.TableAsync("formats", "select * from (values (1, 'a,\"b\"', timestamp '2001-02-03 04:05:06', [1, 2]), (2, null, null, null), (3, '', null, [])) t(id, \"te,xt\", moment, list)");
        const string Sql = "select * from 'data:formats@1' order by id";

        Assert.Equal(
            "id,\"te,xt\",moment,list\r\n1,\"a,\"\"b\"\"\",2001-02-03T04:05:06,\"[1,2]\"\r\n2,,,\r\n3,\"\",,[]\r\n",
            await SqlAsync(new { Sql, Format = "csv" }));
        Assert.Equal(
            ["{\"id\":1,\"te,xt\":\"a,\\\"b\\\"\",\"moment\":\"2001-02-03T04:05:06\",\"list\":[1,2]}", "{\"id\":2,\"te,xt\":null,\"moment\":null,\"list\":null}"],
            (await SqlAsync(new { Sql, Format = "ndjson", Limit = 2 })).TrimEnd().Split('\n'));
        Assert.True((bool)JsonNode.Parse(await SqlAsync(new { Sql, Limit = 2 }))!["truncated"]!);

        using var answer = await server.Client.PostAsJsonAsync("/api/v1/sql", new { Sql, Format = "parquet", Limit = 2 }, Ct);
        var file = Path.Combine(server.Home, "answer.parquet");
        await File.WriteAllBytesAsync(file, await answer.Content.ReadAsByteArrayAsync(Ct), Ct);
        using var connection = server.Services.GetRequiredService<ILakeTables>().Connect();
        Assert.Equal(2, connection.QueryScalar<long>($"select count(*) from read_parquet({DuckDbSql.Literal(file)})"));
        Assert.Empty(Directory.GetDirectories(server.Home, "sql-*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_version_is_named_by_number_by_latest_and_by_time()
    {
        await server.TableAsync("named", "select 1 as x");
        var second = await server.TableAsync("named", "select 2 as x");

        foreach (var (reference, expected) in new[] { ("named@1", "1"), ("named", "2"), ("named@latest", "2"), ($"named@{second.CreatedAt:yyyy-MM-ddTHH:mm:ss.fffZ}", "2"), ("named@2999-03-01T00:00Z", "2") })
            Assert.Equal($"x\r\n{expected}\r\n", await SqlAsync(new { Sql = $"select x from 'data:{reference}'", Format = "csv" }));
        Assert.Equal((404, "Data version 'named@1999-03-01T00:00Z' does not exist."), await server.PostAsync("/api/v1/sql", new { Sql = "from 'data:named@1999-03-01T00:00Z'" }));
    }

    [Fact]
    public async Task A_saved_query_is_a_version_whose_lineage_has_the_text()
    {
        var source = await server.TableAsync("orders", "select range as x from range(10)");
        var sql = "select x * 2 as twice from 'data:orders' where x > 4;";

        var (status, text) = await server.PostAsync("/api/v1/sql/versions", new { Name = "doubled", Sql = sql });

        Assert.True(status == 200, text);
        Assert.Equal(("doubled", "1", 5), (JsonNode.Parse(text)!["name"]!.ToString(), JsonNode.Parse(text)!["version"]!.ToString(), (int)JsonNode.Parse(text)!["rows"]!));
        Assert.Equal("sum\r\n70\r\n", await SqlAsync(new { Sql = "select sum(twice)::int as sum from 'data:doubled'", Format = "csv" }));
        var edge = (await server.Services.GetRequiredService<Slipway.Data.LineageLog>().UpstreamAsync(source.Workspace, "data:doubled@1", 1, Ct)).Edges.Single();
        Assert.Equal(("sql", source.Node), (edge.Act, edge.From));
        Assert.Equal(sql, JsonNode.Parse(edge.Detail!)!["sql"]!.ToString());
        Assert.Equal(400, (await server.PostAsync("/api/v1/sql/versions", new { Name = "bad", Sql = "drop table x" })).Status);
    }

    [Theory]
    [InlineData(0, null, null, "limit is 0; it must be at least 1.")]
    [InlineData(null, 0, null, "timeoutSeconds is 0; it must be from 1 to 300.")]
    [InlineData(null, null, 1, "memoryMegabytes is 1; it must be from 16 to")]
    public async Task Limits_are_checked(int? limit, int? seconds, int? megabytes, string message)
    {
        var refusal = await server.PostAsync("/api/v1/sql", new { Sql = "select 1", Limit = limit, TimeoutSeconds = seconds, MemoryMegabytes = megabytes });

        Assert.Equal(400, refusal.Status);
        Assert.StartsWith(message, refusal.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_that_takes_too_long_is_ended()
    {
        var refusal = await server.PostAsync("/api/v1/sql", new { Sql = "select count(*) from range(1000000) a, range(1000000) b where hash(a.range + b.range) = 1", TimeoutSeconds = 1 });

        Assert.Equal((504, "The query took longer than 1 seconds; filter or aggregate more."), refusal);
    }

    [Fact]
    public async Task A_query_ends_when_its_client_goes()
    {
        using var client = new CancellationTokenSource();
        var asked = server.Client.PostAsJsonAsync(
            "/api/v1/sql", new { Sql = "select count(*) from range(1000000) a, range(1000000) b where hash(a.range - b.range) = 1" }, client.Token);
        await UntilAsync(() => Queries() > 0);

        await client.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        await UntilAsync(() => Queries() == 0);
    }

    [Fact]
    public async Task The_columns_of_a_saved_query_are_traced_to_those_that_it_read()
    {
        await server.TableAsync("traced", "select 'JFK' as origin, 5 as delay");

        await server.PostAsync("/api/v1/sql/versions", new { Name = "traced-mean", Sql = "select origin as airport, avg(delay) from 'data:traced@latest' t group by all" });

        var edges = (await server.GetAsync("/api/v1/lineage/columns?node=data:traced-mean@1"))["edges"]!.AsArray();
        Assert.Equal(
            ["airport identity data:traced@1.origin", "avg(delay) aggregate data:traced@1.delay"],
            edges.Select(edge => $"{edge!["column"]} {edge["kind"]} {edge["fromNode"]}.{edge["fromColumn"]}"));
    }

    // Each query has a folder for the time that it runs.
    private int Queries() => Directory.GetDirectories(server.Home, "view-*", SearchOption.AllDirectories).Length;

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(20, Ct);
    }

    [Fact]
    public async Task A_query_sees_neither_where_files_lie_nor_the_temporary_files_of_others()
    {
        await server.TableAsync("placed", "select 1 as x");
        var others = Path.Combine(server.Services.GetRequiredService<LakeOptions>().TempFolder, "of-another.csv");
        await File.WriteAllTextAsync(others, "secret\n1\n", Ct);

        foreach (var sql in new[] { $"from read_text('{others}')", $"from glob('{Path.GetDirectoryName(others)}/*')", "select filename from 'data:placed'", "select filename from 'tracking:runs'" })
        {
            var refusal = await server.PostAsync("/api/v1/sql", new { Sql = sql });

            Assert.True(refusal.Status == 400, refusal.Text);
        }

        Assert.DoesNotContain(".duckdb", (await server.PostAsync("/api/v1/sql", new { Sql = "from duckdb_secrets()" })).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("describe 'data:shaped'", "x")]
    [InlineData("summarize 'data:shaped'", "approx_unique")]
    [InlineData("pivot 'data:shaped' on x in (1, 2) using count(*)", "\"name\":\"2\"")]
    [InlineData("select s.x from 'data:shaped' s join 'data:shaped' t using (x)", "[[1],[2]]")]
    public async Task A_version_stands_wherever_a_table_may(string sql, string part)
    {
        await server.TableAsync("shaped", "select unnest([1, 2]) as x");

        Assert.Contains(part, await SqlAsync(new { Sql = sql }), StringComparison.Ordinal);
    }

    private async Task<string> SqlAsync(object request)
    {
        var (status, text) = await server.PostAsync("/api/v1/sql", request);
        Assert.True(status == 200, text);
        return text;
    }
}
