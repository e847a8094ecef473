using Slipway.Data;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Tracking.Contracts;
using Xunit;

namespace Slipway.Unit.Etl;

public sealed class DataflowTests(EtlHost host) : IClassFixture<EtlHost>
{
    private const string Columns = "\"columns\": {\"date\": \"timestamp\", \"delay\": \"bigint\"}";

    // Ten rows a day from 2001-01-01 on.
    private const string Days =
        "select timestamp '2001-01-01' + interval (i * 144) minute as date, i as delay from range(300) t(i)";

    private readonly string _asset = "flights-" + Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_window_is_added_to_the_windows_before_it()
    {
        var file = host.Parquet("days.parquet", Days);

        await LandAsync(file, 0);
        var step = await LandAsync(file, 2);

        var version = await LatestAsync();
        Assert.Equal(("2", 140L, "raw"), (version.Version, version.Rows, version.Zone));
        Assert.Equal(["window=0000/part.parquet", "window=0002/part.parquet"], await FilesAsync(version));
        Assert.Equal(
            [new DateTime(2001, 1, 15), new DateTime(2001, 1, 21, 21, 36, 0), 70L],
            (await host.RowsAsync(version.Tree, "select min(date), max(date), count(*) from $table where delay >= 140"))[0]);
        Assert.Equal([("wrote", version.Node, "data")], step.MadeNodes);
        Assert.Equal([$"file:{file}", $"data:{_asset}@1"], step.ReadNodes);
        var run = await host.Get<ITracking>().FindRunAsync(Caller.System, step.RunId, Ct);
        Assert.Equal((70, 140), (run!.Metrics["rows"], run.Metrics["total_rows"]));
    }

    [Fact]
    public async Task A_window_that_is_landed_again_is_the_same_version_until_its_rows_change()
    {
        var file = host.Parquet("days.parquet", Days);
        await LandAsync(file, 0);
        await LandAsync(file, 1);

        await LandAsync(file, 0);
        Assert.Equal("2", (await LatestAsync()).Version);

        await LandAsync(host.Parquet("corrected.parquet", $"select date, delay + 1 as delay from ({Days})"), 0);
        var corrected = await LatestAsync();
        Assert.Equal(("3", 140L), (corrected.Version, corrected.Rows));
        Assert.Equal([1L], (await host.RowsAsync(corrected.Tree, "select min(delay) from $table"))[0]);
    }

    [Fact]
    public async Task A_step_that_is_run_again_after_a_crash_makes_no_second_version()
    {
        var file = host.Parquet("days.parquet", Days);
        await LandAsync(file, 0, id: $"{_asset}/land");
        await LandAsync(file, 1);

        var again = await LandAsync(host.Parquet("grown.parquet", $"{Days} where i <> 3"), 0, id: $"{_asset}/land");

        Assert.Equal($"data:{_asset}@1", again.MadeNodes.Single().Node);
        Assert.Equal("2", (await LatestAsync()).Version);
    }

    [Fact]
    public async Task Windows_that_are_landed_at_once_are_all_there()
    {
        var file = host.Parquet("days.parquet", Days);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(window => Task.Run(() => LandAsync(file, window), Ct)));

        var version = await LatestAsync();
        Assert.Equal(("4", 280L), (version.Version, version.Rows));
        Assert.Equal(4, (await FilesAsync(version)).Count);
    }

    [Fact]
    public async Task Rows_are_landed_as_the_transform_makes_them_and_without_a_window_as_the_whole()
    {
        var file = host.Parquet("days.parquet", Days);
        var settings = $$"""{"source": {"type": "parquet", "path": "{{file}}"}, "transform": "select delay from source where delay < $LIMIT; ", "sink": {"asset": "{{_asset}}"} }""";

        await host.RunAsync("dataflow", settings.Replace("$LIMIT", "7", StringComparison.Ordinal));
        await host.RunAsync("dataflow", settings.Replace("$LIMIT", "3", StringComparison.Ordinal));

        var version = await LatestAsync();
        Assert.Equal(("2", 3L), (version.Version, version.Rows));
        Assert.Equal(["part.parquet"], await FilesAsync(version));
    }

    [Fact]
    public async Task The_output_of_a_step_is_added_as_a_partition()
    {
        var tree = await host.TreeAsync("features.parquet", "select 1 as x");
        var settings = $$"""{"source": {"type": "input"}, "sink": {"asset": "{{_asset}}", "zone": "processed", "partition": "week"} }""";

        await host.RunAsync("dataflow", settings, [new StepInput { Name = "data", Tree = tree }, new StepInput { Name = "window", Literal = "5" }]);

        var version = await LatestAsync();
        Assert.Equal("processed", version.Zone);
        Assert.Equal(["week=0005/part.parquet"], await FilesAsync(version));
    }

    [Fact]
    public async Task A_csv_file_is_a_source_too()
    {
        var file = host.File("days.csv");
        await File.WriteAllTextAsync(file, "date,delay\n2001-01-01 06:00:00,5\n2001-01-09 06:00:00,7\n", Ct);

        await LandAsync(file, 1, type: "csv");

        Assert.Equal([7L], (await host.RowsAsync((await LatestAsync()).Tree, "select delay from $table"))[0]);
    }

    [Theory]
    [InlineData("missing", "The source file '", ErrorCode.NotFound)]
    [InlineData("relative.parquet", "source.path is 'relative.parquet'; a server has no current folder", ErrorCode.InvalidParameter)]
    [InlineData("noise", "The source $ cannot be read (parquet): ", ErrorCode.EngineFailed)]
    [InlineData("cut", "The source $ cannot be read (parquet): ", ErrorCode.EngineFailed)]
    [InlineData("holes", "The source $ cannot be read (parquet): ", ErrorCode.EngineFailed)]
    [InlineData("other", "The source $ has other columns than declared: column 'date' is VARCHAR and not timestamp, column 'delay' is missing, column 'lateness' is not declared. Nothing was landed", ErrorCode.InvalidParameter)]
    [InlineData("timeless", "1 rows of the source $ have no 'date' and so belong to no window.", ErrorCode.InvalidParameter)]
    [InlineData("early", "The source $ has no rows in window 0001 (2001-01-08 00:00:00 to 2001-01-15 00:00:00); it has rows from 2001-01-01 00:00:00 to 2001-01-01 02:24:00.", ErrorCode.InvalidParameter)]
    [InlineData("empty", "The source $ has no rows; nothing was landed.", ErrorCode.InvalidParameter)]
    public async Task A_source_that_is_not_what_it_should_be_lands_nothing(string name, string message, ErrorCode code)
    {
        var path = name switch
        {
            "missing" => host.File("missing.parquet"),
            "noise" => Write("noise.parquet", "this is not parquet at all, not even a little"u8.ToArray()),
            "cut" => Write("cut.parquet", File.ReadAllBytes(host.Parquet("whole.parquet", Days))[..^100]),
            "holes" => Write("holes.parquet", Holes(File.ReadAllBytes(host.Parquet("whole.parquet", Days)))),
            "other" => host.Parquet("other.parquet", "select '2001' as date, 1 as lateness"),
            "timeless" => host.Parquet("timeless.parquet", $"{Days} union all select null, 5"),
            "early" => host.Parquet("early.parquet", $"{Days} limit 2"),
            "empty" => host.Parquet("empty.parquet", $"{Days} limit 0"),
            _ => name,
        };

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => LandAsync(path, 1));

        Assert.StartsWith(message.Replace("$", path, StringComparison.Ordinal), refusal.Message, StringComparison.Ordinal);
        Assert.Equal(code, refusal.Code);
        Assert.Null(await host.Get<IDataAssets>().FindAsync(Caller.System, AssetName.Parse(_asset), null, Ct));
    }

    [Theory]
    [InlineData("""{"source": {"typ": "parquet"}, "sink": {"asset": "x"}}""", "source has no field 'typ'. Did you mean 'type'?")]
    [InlineData("""{"source": {"type": "parqet", "path": "/x"}, "sink": {"asset": "x"}}""", "'parqet' is no type of source. Did you mean 'parquet'?")]
    [InlineData("""{"source": {"type": "input"}, "sink": {"asset": "x"}}""", "The step has no input 'data'.")]
    [InlineData("""{"source": {"type": "input"}}""", "sink is missing")]
    [InlineData("""{"source": {"type": "input"}, "sink": {"asset": "../x"}}""", "'../x' is not an asset name")]
    [InlineData("""{"source": {"type": "input"}, "sink": {"asset": "x"}, "window": {"column": "date"}}""", "window.start is missing")]
    [InlineData("""{"source": {"type": "input"}, "sink": {"asset": "x"}, "window": {"column": "date", "start": "2001-01-01", "every": "1w", "index": "1"}}""", "'1w' is no length of time")]
    [InlineData("""{"source": {"type": "input"}, "sink": {"asset": "x"}, "window": {"column": "date", "start": "2001-01-01", "every": "7d"}}""", "The window has no index")]
    [InlineData("""{"source": {"type": "input"}, "sink": {"asset": "x"}, "window": {"column": "date", "start": "2001-01-01", "every": "7d", "index": "-1"}}""", "'-1' is not the index of a window")]
    [InlineData("""{"source": {"type": "input"}, "sink": {"asset": "x"}, "window": {"column": "date", "start": "2001-01-01", "every": "7d", "index": "999999999"}}""", "Window 999999999 lies beyond the calendar")]
    [InlineData("""{"source": {"type": "input"}, "sink": {"asset": "x"}, "window": {"column": "date", "from": "2001-01-08", "to": "2001-01-01"}}""", "The window ends (2001-01-01 00:00:00) before it begins")]
    public async Task A_mistake_in_the_definition_is_told(string settings, string message)
    {
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => host.RunAsync("dataflow", settings));

        Assert.StartsWith(message, refusal.Message, StringComparison.Ordinal);
    }

    private Task<TestStep> LandAsync(string file, int window, string? id = null, string type = "parquet") => host.RunAsync(
        "dataflow",
        $$"""
        {
            "source": {"type": "{{type}}", "path": "{{file}}"}, {{Columns}},
            "window": {"column": "date", "start": "2001-01-01", "every": "7d"},
            "sink": {"asset": "{{_asset}}"}
        }
        """,
        [new StepInput { Name = "window", Literal = $"{window}" }],
        id: id ?? $"{_asset}/{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}");

    private async Task<DataVersion> LatestAsync() =>
        (await host.Get<IDataAssets>().FindAsync(Caller.System, AssetName.Parse(_asset), null, Ct))!;

    private async Task<IReadOnlyList<string>> FilesAsync(DataVersion version) =>
        [.. (await host.Get<ContentStore>().GetTreeAsync(version.Tree, Ct)).Entries.Select(entry => entry.Path)];

    private string Write(string name, byte[] content)
    {
        File.WriteAllBytes(host.File(name), content);
        return host.File(name);
    }

    private static byte[] Holes(byte[] parquet)
    {
        parquet.AsSpan(4, 400).Fill(0xFF);
        return parquet;
    }
}
