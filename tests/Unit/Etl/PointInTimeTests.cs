using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Slipway.Jobs.Contracts;
using Xunit;

namespace Slipway.Unit.Etl;

public sealed class PointInTimeTests(EtlHost host) : IClassFixture<EtlHost>
{
    private const string Join = "\"point_in_time\": {\"features\": \"history\", \"keys\": [\"k\"], \"time\": \"t\", \"feature_time\": \"ft\"";

    [Fact]
    public void Each_row_gets_the_newest_features_that_were_known_at_its_time() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(25),
        Prop.ForAll(
            (from rows in Row().ListOf()
             from features in Row().ListOf()
             from lag in Gen.Choose(0, 6)
             from ttl in Gen.Choose(0, 12)
             select new Example([.. rows], [.. features], lag, ttl < lag ? 0 : ttl)).ToArbitrary(),
            example => Assert.Equal(example.BruteForce(), JoinedAsync(example).GetAwaiter().GetResult())));

    [Fact]
    public async Task All_rows_are_kept_and_of_features_at_the_same_time_the_last_created_counts()
    {
        var rows = host.Parquet("pit-rows.parquet", "select * from (values ('a', timestamp '2001-01-01 10:00'), (null, timestamp '2001-01-01 10:00'), ('a', null)) v(k, t)");
        var history = await host.TreeAsync("pit-features.parquet", "select * from (values ('a', timestamp '2001-01-01 09:00', 1, 10), ('a', timestamp '2001-01-01 09:00', 2, 5)) v(k, ft, created, x)");
        var flow = new Flow(host);

        await flow.RunAsync(
            $$"""{"source": {"type": "parquet", "path": "{{rows}}"}, {{Join}}, "created": "created"} }""", inputs: new StepInput { Name = "history", Tree = history });

        Assert.Equal(["a|2001-01-01 10:00:00|5", "a|null|null", "null|2001-01-01 10:00:00|null"], await flow.RowsAsync("select k, t::varchar, x from $table order by k nulls last, t nulls last"));
    }

    [Fact]
    public async Task Features_may_be_a_data_asset()
    {
        var features = new Flow(host);
        await features.RunAsync($$"""{"source": {"type": "parquet", "path": "{{host.Parquet("pit-asset.parquet", "select 'a' as k, date '2001-01-01' as ft, 7 as x")}}"} }""");
        var rows = host.Parquet("pit-days.parquet", "select 'a' as k, timestamp '2001-01-02' as t");
        var flow = new Flow(host);

        var step = await flow.RunAsync($$"""{"source": {"type": "parquet", "path": "{{rows}}"}, {{Join.Replace("history", features.Asset.Value, StringComparison.Ordinal)}}} }""");

        Assert.Equal(["7"], await flow.RowsAsync("select x from $table"));
        Assert.Contains($"data:{features.Asset}@1", step.ReadNodes);
    }

    [Theory]
    [InlineData("\"keys\": [\"kk\"], \"time\": \"t\", \"feature_time\": \"ft\"", "point_in_time: the rows have no column 'kk'. Did you mean 'k'?")]
    [InlineData("\"keys\": [\"k\"], \"time\": \"t\", \"feature_time\": \"fft\"", "point_in_time: history has no column 'fft'. Did you mean 'ft'?")]
    [InlineData("\"keys\": [\"k\"], \"time\": \"k\", \"feature_time\": \"ft\"", "point_in_time: column 'k' is VARCHAR, and a time is needed")]
    [InlineData("\"keys\": [\"k\"], \"time\": \"t\", \"feature_time\": \"ft\", \"lag\": \"2h\", \"ttl\": \"1h\"", "point_in_time.ttl (1h) is shorter than lag (2h)")]
    [InlineData("\"time\": \"t\", \"feature_time\": \"ft\"", "point_in_time.keys is missing")]
    [InlineData("\"keys\": [\"k\"], \"time\": \"t\", \"feature_time\": \"ft\", \"columns\": [\"y\"]", "point_in_time: the rows have a column 'y' already; choose columns, or a prefix.")]
    public async Task A_join_that_cannot_be_made_is_refused(string fields, string message)
    {
        var rows = host.Parquet("pit-wrong.parquet", "select 'a' as k, timestamp '2001-01-02' as t, 1 as y");
        var history = await host.TreeAsync("pit-history.parquet", "select 'a' as k, timestamp '2001-01-02' as ft, 1 as y");

        var refusal = await Assert.ThrowsAsync<Slipway.Kernel.SlipwayException>(() => new Flow(host).RunAsync(
            $$"""{"source": {"type": "parquet", "path": "{{rows}}"}, "point_in_time": {"features": "history", {{fields}}} }""",
            inputs: new StepInput { Name = "history", Tree = history }));

        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<string>> JoinedAsync(Example example)
    {
        // The first row is there so that neither table is without columns.
        var rows = host.Parquet("pit-left.parquet", Table("t", example.Rows));
        var history = await host.TreeAsync("pit-right.parquet", Table("ft", example.Features));
        var flow = new Flow(host);
        var ttl = example.Ttl == 0 ? "" : $", \"ttl\": \"{example.Ttl}h\"";
        var lag = example.Lag == 0 ? "" : $", \"lag\": \"{example.Lag}h\"";
        await flow.RunAsync(
            $$"""{"source": {"type": "parquet", "path": "{{rows}}"}, {{Join}}, "prefix": "f_" {{lag}}{{ttl}}}, "empty": "allow"}""", inputs: new StepInput { Name = "history", Tree = history });
        return await flow.RowsAsync("select id, f_id from $table order by id");
    }

    private static string Table(string time, IReadOnlyList<(int Key, int Hour)> rows) =>
        $"select id, k, {time}::timestamp as {time} from (values (-1, null, null)"
        + string.Concat(rows.Select((row, i) => string.Create(CultureInfo.InvariantCulture, $", ({i}, {row.Key}, timestamp '2001-01-01' + to_hours({row.Hour}))")))
        + $") v(id, k, {time}) where id >= 0";

    private static Gen<(int Key, int Hour)> Row() => from key in Gen.Choose(0, 2) from hour in Gen.Choose(0, 20) select (key, hour);

    private sealed record Example(IReadOnlyList<(int Key, int Hour)> Rows, IReadOnlyList<(int Key, int Hour)> Features, int Lag, int Ttl)
    {
        // Of features at the same time the one with the greatest id, since the columns decide in their order.
        public IReadOnlyList<string> BruteForce() => [.. Rows.Select((row, id) =>
        {
            var known = Features.Select((feature, number) => (feature.Key, feature.Hour, Id: number))
                .Where(feature => feature.Key == row.Key && feature.Hour + Lag <= row.Hour && (Ttl == 0 || feature.Hour >= row.Hour - Ttl))
                .OrderByDescending(feature => feature.Hour).ThenByDescending(feature => feature.Id)
                .Select(feature => $"{feature.Id}").FirstOrDefault();
            return $"{id}|{known ?? "null"}";
        })];
    }
}
