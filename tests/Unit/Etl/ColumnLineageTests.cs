using Slipway.Etl.Columns;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Xunit;

namespace Slipway.Unit.Etl;

public sealed class ColumnLineageTests(EtlHost host) : IClassFixture<EtlHost>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("select a from t", "a identity t.a")]
    [InlineData("select a as b, t.b as c, 1 as one from t", "b identity t.a; c identity t.b; one expression")]
    [InlineData("select * from t", "a identity t.a; b identity t.b")]
    [InlineData("select * exclude (b) from t", "a identity t.a")]
    [InlineData("select * replace (b + 1 as b) from t", "a identity t.a; b expression t.b")]
    [InlineData("select a + b as c from t where b > 3", "c expression t.a t.b")]
    [InlineData("select a, sum(b) as total from t group by a", "a identity t.a; total aggregate t.b")]
    [InlineData("select a, row_number() over (partition by b order by a) as n from t", "a identity t.a; n window t.a t.b")]
    [InlineData("select case when a > 1 then b else 0 end as c from t", "c expression t.a t.b")]
    [InlineData("with x as (select a, count(*) as n from t group by a), y as (select n * 2 as m from x) select m from y", "m aggregate")]
    [InlineData("with x as (select sum(b) as s from t) select s * 2 as d from x", "d aggregate t.b")]
    [InlineData("select t.a, u.c from t join u on t.a = u.a", "a identity t.a; c identity u.c")]
    [InlineData("select * from t join u using (a)", "a identity t.a; b identity t.b; c identity u.c")]
    [InlineData("select u.* from t, u", "a identity u.a; c identity u.c")]
    [InlineData("select x.z from (select a as z from t) as x", "z identity t.a")]
    [InlineData("select a from t union all select c from u", "a identity t.a u.c")]
    [InlineData("select (select max(c) from u) as m, a from t", "m aggregate u.c; a identity t.a")]
    [InlineData("select a + 1 as x, x * b as y from t", "x expression t.a; y expression t.a t.b")]
    [InlineData("select t.a, u.c from t asof left join u on t.a >= u.a order by 1 limit 5", "a identity t.a; c identity u.c")]
    public void The_columns_of_a_query_are_traced(string sql, string expected)
    {
        using var connection = host.Get<ILakeTables>().Connect();
        var relations = new Dictionary<string, IReadOnlyList<TracedColumn>> { ["t"] = Table("t", "a", "b"), ["u"] = Table("u", "a", "c") };

        var columns = QueryColumns.Of(connection, sql, relations, Ct);

        Assert.Equal(expected, columns is null ? "unknown" : string.Join("; ", columns.Select(column =>
            string.Join(' ', [column.Name, column.Kind, .. column.Origins.Select(origin => $"{origin.Node}.{origin.Column}").Order()]))));
    }

    [Theory]
    [InlineData("select columns('a|b') from t")]
    [InlineData("pivot t on a using sum(b)")]
    [InlineData("select x from nowhere")]
    public void What_is_not_understood_is_not_guessed(string sql)
    {
        using var connection = host.Get<ILakeTables>().Connect();

        Assert.Null(QueryColumns.Of(connection, sql, new Dictionary<string, IReadOnlyList<TracedColumn>> { ["t"] = Table("t", "a", "b") }, Ct));
    }

    [Fact]
    public async Task What_a_dataflow_landed_is_known_down_to_the_columns_of_its_sources()
    {
        var (raw, airports, flow) = (new Flow(host), new Flow(host), new Flow(host));
        var file = host.Parquet("trace.parquet", "select 'a' as k, timestamp '2001-01-02' as t, 5 as delay");
        await raw.RunAsync($$"""{"source": {"type": "parquet", "path": "{{file}}"} }""");
        await airports.RunAsync($$"""{"source": {"type": "parquet", "path": "{{host.Parquet("trace-features.parquet", "select 'a' as k, timestamp '2001-01-01' as ft, 7 as x")}}"} }""");

        await flow.RunAsync(
            $$"""
            {"source": {"type": "data", "asset": "{{raw.Asset}}"},
             "point_in_time": {"features": "{{airports.Asset}}", "keys": ["k"], "time": "t", "feature_time": "ft"},
             "transform": "select k, delay > 15 as late, x * 2 as twice from source"}
            """);

        var traced = await host.Get<ShowColumns>().RunAsync(Caller.System, $"data:{flow.Asset}@1", Ct);
        Assert.Equal(
            [
                $"k identity data:{raw.Asset}@1.k", $"late expression data:{raw.Asset}@1.delay", $"twice expression data:{airports.Asset}@1.x",
            ],
            traced.Edges.Where(edge => edge.Node == $"data:{flow.Asset}@1").Select(edge => $"{edge.Column} {edge.Kind} {edge.FromNode}.{edge.FromColumn}"));
        Assert.Contains(traced.Edges, edge => (edge.Node, edge.Column, edge.FromNode) == ($"data:{raw.Asset}@1", "delay", $"file:{file}"));
    }

    [Fact]
    public async Task Of_what_nobody_landed_nothing_is_known() => Assert.Equal(
        ErrorCode.NotFound,
        (await Assert.ThrowsAsync<SlipwayException>(() => host.Get<ShowColumns>().RunAsync(Caller.System, "data:nowhere@1", Ct))).Code);

    private static List<TracedColumn> Table(string node, params string[] columns) =>
        [.. columns.Select(name => new TracedColumn(name, [new ColumnOrigin(node, name)], "identity"))];
}
