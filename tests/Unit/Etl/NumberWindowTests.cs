using FsCheck;
using FsCheck.Fluent;
using Slipway.Kernel;
using Slipway.Tracking.Contracts;
using Xunit;

namespace Slipway.Unit.Etl;

/// <summary>Windows along a column of whole numbers that grow, such as an identity key.</summary>
public sealed class NumberWindowTests(EtlHost host) : IClassFixture<EtlHost>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_window_without_an_end_takes_all_there_is_and_tells_where_it_ended()
    {
        var flow = new Flow(host);

        var step = await flow.RunAsync(Settings(Rows(0, 10), "\"from\": 4"));

        Assert.Equal(["4|9|6"], await flow.RowsAsync("select min(id), max(id), count(*) from $table"));
        Assert.Equal(["window=0004/part.parquet"], await flow.FilesAsync());
        var tags = (await flow.LatestAsync())!.Tags;
        Assert.Equal(("0004", "4", "10"), (tags["window"], tags["window_from"], tags["window_to"]));
        Assert.Equal("10", await EndAsync(step));
        Assert.Contains("6 rows of window 0004 (4 to 10) are in", step.Log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_new_is_no_failure_and_makes_no_version()
    {
        var flow = new Flow(host);

        var step = await flow.RunAsync(Settings(Rows(0, 10), "\"from\": 10"));

        Assert.Null(await flow.LatestAsync());
        Assert.Empty(step.MadeNodes);
        Assert.Equal("10", await EndAsync(step));
        Assert.Contains("no rows from 10 on", step.Log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_attempt_after_a_crash_ends_where_the_first_one_found_the_end()
    {
        var flow = new Flow(host);
        var file = Rows(0, 10);
        var first = await flow.RunAsync(Settings(file, "\"from\": 0"), id: "step");
        Rows(0, 25, file);

        var again = await flow.AgainAsync(Settings(file, "\"from\": 0"), "step", first);
        await flow.RunAsync(Settings(file, $"\"from\": {await EndAsync(again)}"));

        Assert.Equal(first.MadeNodes, again.MadeNodes);
        Assert.Equal(["25|25"], await flow.RowsAsync("select count(*), count(distinct id) from $table"));
    }

    [Fact]
    public void Each_row_is_landed_once_however_the_source_grows() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(5),
        Prop.ForAll(
            (from sizes in Gen.Choose(0, 9).ListOf(4) from step in Gen.Choose(1, 7) from delay in Gen.Choose(0, 6) select (sizes, step, delay)).ToArbitrary(),
            example => LandAsync(example.sizes.ToList(), example.step, example.delay).GetAwaiter().GetResult()));

    [Theory]
    [InlineData("select i::double as id from range(3) t(i)", "\"from\": 0", "is DOUBLE, and the window goes by whole numbers; begin it at a time, or choose another column.")]
    [InlineData("select timestamp '2001-01-01' as id", "\"from\": 0", "is TIMESTAMP, and the window goes by whole numbers; begin it at a time")]
    [InlineData("select 5 as id", "\"from\": \"2001-01-01\", \"to\": \"2001-01-02\"", "is INTEGER, and the window goes by time; begin it at a whole number")]
    [InlineData("select 5 as id", "\"from\": 9, \"to\": 9", "The window ends (9) before it begins (9).")]
    [InlineData("select 5 as id", "\"from\": 0, \"to\": \"2001-01-01\"", "window.to is '2001-01-01'; window.from is a whole number, so this is one too")]
    [InlineData("select 5 as id", "\"from\": 0, \"delay\": -1", "window.delay is '-1'; it is how many of the greatest numbers are left out")]
    [InlineData("select 5 as id", "\"from\": \"2001-01-01\", \"to\": \"2001-01-02\", \"delay\": 1", "window.delay is '1'; a window between two times has none")]
    [InlineData("select 5 as id union all select null", "\"from\": 0", "1 rows of the source")]
    [InlineData("select 9223372036854775807 as id", "\"from\": 0", "has 9223372036854775807 in 'id', and a watermark is a whole number of 64 bits.")]
    [InlineData("select 'five' as id", "\"from\": 0", "Could not convert string 'five'")]
    [InlineData("select 5 as idd", "\"from\": 0", "has no column 'id' for the window. Did you mean 'idd'?")]
    public async Task What_cannot_be_a_window_of_whole_numbers_is_refused(string rows, string bounds, string message)
    {
        var flow = new Flow(host);

        var refusal = await flow.RefusalAsync(Settings(host.Parquet(NewName(), rows), bounds));

        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.Null(await flow.LatestAsync());
    }

    [Fact]
    public async Task Texts_and_decimals_without_digits_after_the_point_are_whole_numbers_too()
    {
        var texts = new Flow(host);
        var decimals = new Flow(host);

        await texts.RunAsync(Settings(host.Parquet(NewName(), "select i::varchar as id from range(8, 12) t(i)"), "\"from\": 10"));
        await decimals.RunAsync(Settings(host.Parquet(NewName(), "select i::decimal(18, 0) as id from range(8, 12) t(i)"), "\"from\": 9, \"to\": 11"));

        Assert.Equal(["10,11"], await texts.RowsAsync("select string_agg(id, ',' order by id) from $table"));
        Assert.Equal(["9,10"], await decimals.RowsAsync("select string_agg(id::int, ',' order by id) from $table"));
    }

    /// <summary>A source that grows between the windows, each of which begins where the last one ended.</summary>
    private async Task LandAsync(List<int> sizes, int step, int delay)
    {
        var flow = new Flow(host);
        var (file, end, rows) = (Rows(0, 0), "0", 0);
        foreach (var size in sizes)
        {
            rows += size;
            host.Parquet(Path.GetFileName(file), $"select i * {step} as id from range({rows}) t(i)");
            end = (await EndAsync(await flow.RunAsync(Settings(file, $"\"from\": {end}, \"delay\": {delay}"))))!;
        }

        var last = await EndAsync(await flow.RunAsync(Settings(file, $"\"from\": {end}")));
        Assert.Equal(rows == 0 ? "0" : $"{((rows - 1) * step) + 1}", last);
        if (rows > 0)
            Assert.Equal([$"{rows}|{rows}"], await flow.RowsAsync("select count(*), count(distinct id) from $table"));
    }

    private string Rows(int from, int to, string? file = null) =>
        host.Parquet(file is null ? NewName() : Path.GetFileName(file), $"select i as id, 'n' as note from range({from}, {to}) t(i)");

    private async Task<string?> EndAsync(TestStep step) =>
        (await host.Get<ITracking>().FindRunAsync(Caller.System, step.RunId, Ct))!.Params.GetValueOrDefault("window_to");

    private static string Settings(string file, string bounds) =>
        $$"""{"source": {"type": "parquet", "path": "{{file}}"}, "window": {"column": "id", {{bounds}} } }""";

    private static string NewName() => $"numbers-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}.parquet";
}
