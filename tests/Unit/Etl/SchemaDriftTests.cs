using Xunit;

namespace Slipway.Unit.Etl;

public sealed class SchemaDriftTests(EtlHost host) : IClassFixture<EtlHost>
{
    [Fact]
    public async Task New_lost_and_wider_columns_are_taken_when_the_dataflow_evolves()
    {
        var flow = new Flow(host);
        await LandAsync(flow, "select 1::integer as a, 'x' as gone, date '2001-01-01' as d", 0);

        var step = await LandAsync(flow, "select 5000000000::bigint as a, true as fresh, timestamp '2001-01-02 10:00' as d", 1);
        await LandAsync(flow, "select 7::integer as a, date '2001-01-03' as d", 2);

        Assert.Equal(
            ["1|x|null|2001-01-01 00:00:00", "5000000000|null|True|2001-01-02 10:00:00", "7|null|null|2001-01-03 00:00:00"],
            await flow.RowsAsync("select a, gone, fresh, d::varchar from $table order by d"));
        Assert.Contains("column 'a' is BIGINT and not INTEGER", step.Log.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            "column 'a' is INTEGER and not BIGINT; column 'gone' is missing; column 'd' is DATE and not TIMESTAMP; column 'fresh' is missing",
            (await flow.LatestAsync())!.Tags["drift"]);
    }

    [Fact]
    public async Task A_column_that_its_readers_could_not_read_any_more_is_refused()
    {
        var flow = new Flow(host);
        await LandAsync(flow, "select 1 as a", 0);

        var refusal = await Assert.ThrowsAsync<Slipway.Kernel.SlipwayException>(() => LandAsync(flow, "select 'one' as a", 1));

        Assert.Contains("column 'a' is VARCHAR and not INTEGER. Nothing was landed; 'a' of type VARCHAR cannot become INTEGER without loss", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(["1"], await flow.RowsAsync("select a from $table"));
    }

    [Fact]
    public async Task Without_declared_columns_those_of_the_last_time_count()
    {
        var flow = new Flow(host);
        await LandAsync(flow, "select 1 as a", 0, drift: "fail");

        var refusal = await Assert.ThrowsAsync<Slipway.Kernel.SlipwayException>(() => LandAsync(flow, "select 1 as b", 1, drift: "fail"));

        Assert.Contains("has other columns than declared: column 'a' is missing, column 'b' is not declared", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_that_do_not_fit_are_set_aside_with_their_reasons_and_a_better_run_takes_them_back()
    {
        var flow = new Flow(host);
        const string Columns = ", \"columns\": {\"a\": \"integer\", \"b\": \"double\"}";

        var step = await LandAsync(flow, "select * from (values ('1', '1.5', null), ('x', 'y', null), ('3', null, 'new')) v(a, b, c)", 0, "quarantine", Columns);

        Assert.Equal(["1|1.5"], await flow.RowsAsync("select a, b from $table"));
        Assert.Equal(
            ["3|column 'c' is not known", "x|column 'a' is no integer; column 'b' is no double"],
            await flow.RowsAsync("select a, reason from $table order by a", "-quarantine"));
        Assert.Equal([("quarantined", $"data:{flow.Asset}-quarantine@1", null), ("wrote", $"data:{flow.Asset}@1", "data")], step.MadeNodes);

        await LandAsync(flow, "select * from (values (1, 1.5::double), (2, 2.5)) v(a, b)", 0, "quarantine", Columns);
        Assert.Equal(["1", "2"], await flow.RowsAsync("select a from $table order by a"));
        Assert.Equal(["0"], await flow.RowsAsync("select count(*) from $table", "-quarantine"));
    }

    [Theory]
    [InlineData("", "3|c", "4|d")]
    [InlineData(", \"keep\": \"first\"", "1|a", "4|d")]
    public async Task One_row_is_kept_for_each_key(string keep, params string[] rows)
    {
        var flow = new Flow(host);
        var file = host.Parquet("twice.parquet", "select * from (values (1, 1, 'a'), (1, 3, 'c'), (1, 3, 'b'), (2, 4, 'd')) v(k, o, v)");

        await flow.RunAsync($$"""{"source": {"type": "parquet", "path": "{{file}}"}, "dedup": {"keys": ["k"], "order": "o"{{keep}}} }""");

        Assert.Equal(rows, await flow.RowsAsync("select o, v from $table order by k"));
    }

    private Task<TestStep> LandAsync(Flow flow, string query, int window, string drift = "evolve", string columns = "") => flow.RunAsync(
        $$"""{"source": {"type": "parquet", "path": "{{host.Parquet($"drift-{window}.parquet", query)}}"}, "drift": "{{drift}}"{{columns}} }""", window);
}
