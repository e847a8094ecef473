using System.IO.Compression;
using System.Text;
using Slipway.Kernel;
using Slipway.Lake.Datastores;
using Xunit;

namespace Slipway.Unit.Etl;

public sealed class FileFlowTests(EtlHost host) : IClassFixture<EtlHost>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_of_a_pattern_are_one_table_packed_or_not()
    {
        await File.WriteAllTextAsync(host.File("part-1.csv"), "zip;name\n00123;a\n", Ct);
        await using (var packed = new GZipStream(File.Create(host.File("part-2.csv.gz")), CompressionLevel.Fastest))
            await packed.WriteAsync("zip;name\n00456;b\n"u8.ToArray(), Ct);
        var flow = new Flow(host);
        await StoreAsync();

        await flow.RunAsync("""{"source": {"type": "csv", "path": "azureml://datastores/files/paths/part-*"}, "columns": {"zip": "varchar", "name": "varchar"}}""");

        Assert.Equal(["00123|a", "00456|b"], await flow.RowsAsync("select zip, name from $table order by zip"));
    }

    [Theory]
    [InlineData("{\"a\": 1}\n{\"a\": 2, \"b\": [1]}\n")]
    [InlineData("[{\"a\": 1}, {\"a\": 2, \"b\": [1]}]")]
    public async Task Json_may_be_lines_or_a_list(string text)
    {
        await File.WriteAllTextAsync(host.File("rows.json"), text, Ct);
        var flow = new Flow(host);

        await flow.RunAsync($$"""{"source": {"type": "json", "path": "{{host.File("rows.json")}}"} }""");

        Assert.Equal(["1|null", "2|[1]"], await flow.RowsAsync("select a, b::varchar from $table order by a"));
    }

    [Theory]
    [InlineData("a,b\n1,2\n3\n5,6\n", "wrong.csv has 1 fields, and its header has 2", "line 3")]
    [InlineData("a,b\n1,2\n3,4,5\n", "wrong.csv has 3 fields, and its header has 2", "line 3")]
    [InlineData("a,b\n1,2\nx,4\n", "Could not convert string \"x\" to 'BIGINT'", "Line: 3")]
    [InlineData("a,b\n1,\u00e4\n", "wrong.csv is not UTF-8 (it has the byte 0xE4)", "line 2")]
    public async Task What_is_wrong_with_a_csv_file_is_told_with_its_line(string text, string what, string line)
    {
        await File.WriteAllBytesAsync(host.File("wrong.csv"), Encoding.Latin1.GetBytes(text), Ct);
        var flow = new Flow(host);

        var refusal = await flow.RefusalAsync($$"""{"source": {"type": "csv", "path": "{{host.File("wrong.csv")}}"}, "columns": {"a": "bigint", "b": "any"} }""");

        Assert.Contains(what, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(line, refusal.Message, StringComparison.Ordinal);
        Assert.Null(await flow.LatestAsync());
    }

    [Fact]
    public async Task An_asset_or_one_window_of_it_is_a_source()
    {
        var first = new Flow(host);
        await LandAsync(first, 0);
        await LandAsync(first, 1);
        var (all, one) = (new Flow(host), new Flow(host));

        var step = await all.RunAsync($$"""{"source": {"type": "data", "asset": "{{first.Asset}}@1"} }""");
        await one.RunAsync($$"""{"source": {"type": "data", "asset": "{{first.Asset}}", "window": "1"} }""");
        var missing = await one.RefusalAsync($$"""{"source": {"type": "data", "asset": "{{first.Asset}}", "window": "7"} }""");

        Assert.Equal(["0"], await all.RowsAsync("select n from $table"));
        Assert.Equal(["1"], await one.RowsAsync("select n from $table"));
        Assert.Equal([$"data:{first.Asset}@1"], step.ReadNodes);
        Assert.Equal($"data:{first.Asset}@2 has no window 7; land it first, by a dataflow.", missing.Message);
    }

    [Fact]
    public async Task Files_are_parted_by_columns_as_Hive_does_and_a_window_replaces_its_own()
    {
        var flow = new Flow(host);
        var settings = $$"""{"source": {"type": "parquet", "path": "{{host.Parquet("parts.parquet", "select * from (values ('AB', 1), ('C/D', 2)) v(origin, x)")}}"}, "sink": {"partition_by": ["origin"]} }""";
        var fewer = $$"""{"source": {"type": "parquet", "path": "{{host.Parquet("fewer.parquet", "select 'AB' as origin, 3 as x")}}"}, "sink": {"partition_by": ["origin"]} }""";

        await flow.RunAsync(settings, 0);
        await flow.RunAsync(settings, 1);
        await flow.RunAsync(fewer, 0);

        Assert.Equal(["window=0000/origin=AB/data_0.parquet", "window=0001/origin=AB/data_0.parquet", "window=0001/origin=C%2FD/data_0.parquet"], await flow.FilesAsync());
        Assert.Equal(["AB|3", "AB|1", "C/D|2"], await flow.RowsAsync("select origin, x from $table order by x = 3 desc, x"));
    }

    [Fact]
    public async Task Rows_are_appended_once_for_each_run()
    {
        var flow = new Flow(host);
        var settings = $$"""{"source": {"type": "parquet", "path": "{{host.Parquet("more.parquet", "select 1 as x")}}"}, "sink": {"mode": "append"} }""";

        await flow.RunAsync(settings, id: $"{flow.Asset}/a");
        await flow.RunAsync(settings, id: $"{flow.Asset}/b");
        await flow.RunAsync(settings, id: $"{flow.Asset}/b");

        Assert.Equal(["2"], await flow.RowsAsync("select count(*) from $table"));
    }

    [Fact]
    public async Task A_window_without_rows_is_landed_when_that_is_allowed()
    {
        var flow = new Flow(host);
        await LandAsync(flow, 0);

        await flow.RunAsync($$"""{"source": {"type": "parquet", "path": "{{host.Parquet("none.parquet", "select 0 as n where false")}}"}, "empty": "allow"}""", 0);

        Assert.Equal(["0"], await flow.RowsAsync("select count(*) from $table"));
    }

    [Theory]
    [InlineData("\"sink\": {\"table\": \"t\", \"type\": \"oracle\"}", "sink.type is 'oracle'. Known: postgres, sqlite.")]
    [InlineData("\"sink\": {\"mode\": \"merge\"}", "sink.mode is 'merge'.")]
    [InlineData("\"sink\": {\"keys\": [\"a\"]}", "sink has no field 'keys'.")]
    [InlineData("\"drift\": \"ignore\"", "drift is 'ignore'. Known: fail, evolve, quarantine.")]
    [InlineData("\"dedup\": {\"keys\": [\"a\"]}", "dedup.order is missing")]
    [InlineData("\"transform\": \"select nope from source\"", "The source $ cannot be read (parquet): Binder Error: Referenced column \"nope\" not found")]
    public async Task A_mistake_is_told(string field, string message)
    {
        var file = host.Parquet("plain.parquet", "select 1 as a");

        var refusal = await new Flow(host).RefusalAsync($$"""{"source": {"type": "parquet", "path": "{{file}}"}, {{field}} }""");

        Assert.StartsWith(message.Replace("$", file, StringComparison.Ordinal), refusal.Message, StringComparison.Ordinal);
    }

    private Task LandAsync(Flow flow, int window) => flow.RunAsync(
        $$"""{"source": {"type": "parquet", "path": "{{host.Parquet($"window-{window}.parquet", $"select {window} as n")}}"} }""", window);

    private Task StoreAsync() => host.Get<DatastoreStore>().SaveAsync(
        new Datastore
        {
            Workspace = WorkspaceName.Default,
            Name = "files",
            Type = "file",
            Settings = new Dictionary<string, string> { ["path"] = Path.GetDirectoryName(host.File("x"))! },
            Credentials = null,
            Description = null,
            Tags = new Dictionary<string, string>(),
            ChangedAt = TimeProvider.System.GetUtcNow(),
            ChangedBy = "test",
        },
        Ct);
}
