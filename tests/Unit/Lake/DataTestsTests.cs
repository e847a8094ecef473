using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Unit.Etl;
using Xunit;

namespace Slipway.Unit.Lake;

public sealed class DataTestsTests(EtlHost host) : IClassFixture<EtlHost>
{
    private const string Flights =
        """
        select * from (values
            (timestamp '2001-01-01 06:00', 5, 700, 'ORD'),
            (timestamp '2001-01-01 07:00', 9, 0, 'ORD'),
            (timestamp '2001-01-01 08:00', 5, 700, 'SFO'),
            (timestamp '2001-01-01 08:00', 5, 700, 'SFO'),
            (timestamp '2001-01-01 09:00', -1116, 0, 'SFO'),
            (timestamp '2001-01-01 10:00', null, 300, 'sfo')) t(date, delay, distance, origin)
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_that_fail_are_set_aside_with_all_their_reasons()
    {
        var report = await RunAsync(
            """
            name: flights
            expectations:
              - {expect: between, column: distance, min: 1, on_fail: quarantine, reason: the distance is 0}
              - {expect: between, column: delay, min: -60, on_fail: quarantine}
              - {expect: unique, columns: [date, delay, distance, origin], on_fail: quarantine, reason: repeated}
            """);

        Assert.True(report.Passed);
        Assert.Equal((6, 3), (report.Rows, report.Quarantined));
        Assert.Equal([2, 1, 1], report.Expectations.Select(found => found.Failed));
        Assert.Equal(["5", "5", null], host.Rows($"select delay::varchar from '{Clean}' order by date").Select(row => (string?)row[0]));
        Assert.Equal(
            ["the distance is 0", "repeated", "the distance is 0; between(delay)"],
            host.Rows($"select reason from '{Quarantine}' order by date").Select(row => (string)row[0]!));
    }

    [Fact]
    public async Task A_null_counts_for_not_null_only()
    {
        var report = await RunAsync(
            """
            expectations:
              - {expect: not_null, columns: [delay, origin], severity: warn}
              - {expect: between, column: delay, max: 10}
              - {expect: in_set, column: origin, values: [ORD, SFO], mostly: 0.5}
              - {expect: matches, column: origin, pattern: "[A-Z]+", severity: warn}
              - {expect: sql, condition: distance > 0 or delay > 5, severity: warn}
            """);

        Assert.Equal(["not_null(delay)", "not_null(origin)", "between(delay)", "in_set(origin)", "matches(origin)", "sql(distance > 0 or delay > 5)"],
            report.Expectations.Select(found => found.Name));
        Assert.Equal([(6, 1), (6, 0), (5, 0), (6, 1), (6, 1), (6, 1)], report.Expectations.Select(found => ((int)found.Evaluated, (int)found.Failed)));
        Assert.Equal([false, true, true, true, false, false], report.Expectations.Select(found => found.Passed));
        Assert.True(report.Passed);
    }

    [Theory]
    [InlineData("{expect: not_null, column: delay}", true)]
    [InlineData("{expect: not_null, column: delay, mostly: 0.8}", false)]
    [InlineData("{expect: not_null, column: delay, severity: warn}", false)]
    [InlineData("{expect: not_null, column: delay, on_fail: report}", false)]
    [InlineData("{expect: not_null, column: delay, on_fail: quarantine}", false)]
    [InlineData("{expect: not_null, column: delay, on_fail: quarantine, mostly: 0.9}", true)]
    [InlineData("{expect: row_count, min: 7}", true)]
    [InlineData("{expect: row_count, min: 6, max: 6}", false)]
    [InlineData("{expect: freshness, column: date, max_age: 13h}", true)]
    [InlineData("{expect: freshness, column: date, max_age: 14h}", false)]
    [InlineData("{expect: columns, types: {date: timestamp, delay: int, distance: integer, origin: text}}", false)]
    [InlineData("{expect: columns, types: {date: timestamp, delay: int, distance: integer}}", true)]
    [InlineData("{expect: columns, types: {date: date, delay: any, distance: any, origin: any}}", true)]
    [InlineData("{expect: columns, types: {date: date, delay: any, distance: any, origin: any}, on_fail: report}", false)]
    public async Task What_stops_the_pipeline_is_declared(string expectation, bool blocks)
    {
        var report = await RunAsync($"expectations: [{expectation}]");

        Assert.Equal(!blocks, report.Passed);
        Assert.Equal(blocks, Assert.Single(report.Expectations).Blocks);
    }

    [Fact]
    public async Task A_failure_is_told_with_its_share_and_the_limit()
    {
        var report = await RunAsync("expectations: [{expect: not_null, column: delay, mostly: 0.9}]");

        Assert.Equal("not_null(delay) fails on 1 of 6 rows (16.667 %); 10 % may.", report.Expectations[0].Message);
    }

    [Fact]
    public async Task All_mistakes_of_a_suite_are_told_with_their_lines_and_the_nearest_name()
    {
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => RunAsync(
            """
            nam: x
            expectations:
              - {expect: not_nul, column: delay}
              - expect: between
                colum: delay
                min: 1
              - {expect: unique}
              - {expect: freshness, column: date, max_age: soon}
              - {expect: not_null, column: delay, mostly: 95, on_fail: ignore}
              - {expect: row_count, min: 1, on_fail: quarantine}
              - {expect: not_null, column: delay, severity: warn, on_fail: block}
            """));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
        string[] expected =
        [
            "tests.yml:1:1: A suite has no field 'nam'. Did you mean 'name'?",
            "tests.yml:3:14: 'not_nul' is no expectation. Did you mean 'not_null'?",
            "tests.yml:4:5: column is missing",
            "tests.yml:5:5: The expectation between has no field 'colum'. Did you mean 'column'?",
            "tests.yml:7:5: columns is missing",
            "tests.yml:8:48: 'soon' is no length of time",
            "tests.yml:9:47: mostly is '95'; it is a number from 0 to 1.",
            "tests.yml:9:60: 'ignore' is no value of on_fail. Known: block, quarantine, report.",
            "tests.yml:10:42: row_count is about the table as a whole",
            "tests.yml:11:64: severity: warn never stops a pipeline",
        ];
        var lines = refusal.Message.Split('\n');
        Assert.Equal(expected.Length, lines.Length);
        Assert.All(expected.Zip(lines), pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("expectations: [{expect: not_null, column: dely}]", "tests.yml:1:16: The data has no column 'dely'. Did you mean 'delay'?")]
    [InlineData("expectations: [{expect: sql, condition: dely > 1}]", "tests.yml:1:16: sql(dely > 1) cannot be evaluated: ")]
    [InlineData("expectations: [{expect: sql, condition: \"1) from data; drop table data; --\"}]", "tests.yml:1:16: sql(")]
    [InlineData("expectations: [{expect: sql, condition: \"(select count(*) from read_text('/etc/passwd')) > 0\"}]", "tests.yml:1:16: sql(")]
    [InlineData("expectations: [", "tests.yml:2:1: This is not YAML: ")]
    [InlineData("name: x", "tests.yml:1:1: expectations is a list")]
    [InlineData("expectations: [{expect: columns, types: {date: \"int); drop table data\"}}]", "'int); drop table data' is not an SQL type")]
    public async Task A_suite_that_cannot_be_evaluated_is_refused(string suite, string message)
    {
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => RunAsync(suite));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
    }

    private string Clean => host.File("clean.parquet");

    private string Quarantine => host.File("quarantine.parquet");

    private async Task<DataTestReport> RunAsync(string suite)
    {
        var file = host.Parquet("flights.parquet", Flights);
        return await host.Get<IDataTests>().RunAsync(
            Caller.System,
            new DataTest
            {
                Suite = suite,
                Source = "tests.yml",
                Table = new LakeTable($"read_parquet('{file}')", [file]),
                CleanFile = Clean,
                QuarantineFile = Quarantine,
                AsOf = new DateTimeOffset(2001, 1, 2, 0, 0, 0, TimeSpan.Zero),
            },
            Ct);
    }
}
