using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Lake.Sql;
using Slipway.Serving.Collection;
using Slipway.Serving.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.Serving;

public sealed class SegmentFilesTests : IDisposable
{
    private const int Rows = 5_000;

    private readonly TempFolder _folder = new();
    private readonly LakeTables _lake;
    private readonly ContentStore _content;
    private readonly SegmentFiles _files;

    public SegmentFilesTests()
    {
        var temp = Path.Combine(_folder.Path, "temp");
        _lake = new LakeTables(null!, null!, null!, new LakeOptions { TempFolder = temp });
        _content = new ContentStore(new LocalBlobStore(_folder.Path), new BlobCache(Path.Combine(_folder.Path, "cache"), 1L << 40, TimeProvider.System));
        _files = new SegmentFiles(_lake, _content, new ServingOptions { TempFolder = Temp });
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Temp => Path.Combine(_folder.Path, "segments");

    [Fact]
    public async Task Every_type_of_column_is_read_from_the_file_as_it_was_collected()
    {
        var blob = await _files.WriteAsync(
            [
                ("text", DuckDbTypeId.Varchar), ("flag", DuckDbTypeId.Boolean), ("i1", DuckDbTypeId.TinyInt), ("u1", DuckDbTypeId.UTinyInt),
                ("i2", DuckDbTypeId.SmallInt), ("u2", DuckDbTypeId.USmallInt), ("i4", DuckDbTypeId.Integer), ("u4", DuckDbTypeId.UInteger),
                ("i8", DuckDbTypeId.BigInt), ("u8", DuckDbTypeId.UBigInt), ("f", DuckDbTypeId.Float), ("d", DuckDbTypeId.Double), ("time", DuckDbTypeId.TimestampTz),
            ],
            ", 'it''s blue'::enum('it''s blue') as deployment",
            Rows,
            (chunk, start, rows) =>
            {
                chunk.Set(0, Enumerable.Range(start, rows).Select(Text).ToArray());
                Set(chunk, 1, start, rows, i => i % 3 == 0);
                Set(chunk, 2, start, rows, i => (sbyte)i);
                Set(chunk, 3, start, rows, i => (byte)i);
                Set(chunk, 4, start, rows, i => (short)-i);
                Set(chunk, 5, start, rows, i => (ushort)(ushort.MaxValue - i));
                Set(chunk, 6, start, rows, i => int.MinValue + i);
                Set(chunk, 7, start, rows, i => uint.MaxValue - (uint)i);
                Set(chunk, 8, start, rows, i => long.MinValue + i);
                Set(chunk, 9, start, rows, i => ulong.MaxValue - (ulong)i);
                Set(chunk, 10, start, rows, Number);
                Set(chunk, 11, start, rows, i => (double)Number(i));
                Set(chunk, 12, start, rows, i => i * 1_000_000L);
            },
            Ct);

        var rows = Read($"select * from {await TableAsync(blob)}");

        Assert.Equal(Rows, rows.Count);
        foreach (var (i, row) in rows.Index())
        {
            Assert.Equal(
                [
                    Text(i), i % 3 == 0, (sbyte)i, (byte)i, (short)-i, (ushort)(ushort.MaxValue - i), int.MinValue + i, uint.MaxValue - (uint)i, long.MinValue + i,
                    ulong.MaxValue - (ulong)i, Number(i), (double)Number(i), DateTimeOffset.FromUnixTimeSeconds(i), "it's blue",
                ],
                row);
        }
    }

    [Fact]
    public async Task A_file_without_rows_has_its_columns_and_is_a_content_of_its_own()
    {
        var first = await NumbersAsync(0);
        var second = await NumbersAsync(0);

        Assert.NotEqual(first.Digest, second.Digest);
        Assert.Empty(Read($"select i from {await TableAsync(first)}"));
    }

    [Fact]
    public async Task A_file_tells_the_least_and_greatest_text_so_that_others_need_not_be_opened()
    {
        var blob = await _files.WriteAsync(
            [("request_id", DuckDbTypeId.Varchar)], "", Rows, (chunk, start, rows) => chunk.Set(0, Enumerable.Range(start, rows).Select(i => $"request-{i:D6}").ToArray()), Ct);

        var bounds = Read($"select min(stats_min_value), max(stats_max_value) from parquet_metadata('{await _content.LocalFileAsync(blob.Digest, Ct)}')");

        Assert.Equal(["request-000000", "request-004999"], Assert.Single(bounds));
    }

    [Fact]
    public async Task Files_that_keep_the_deployment_as_plain_text_are_read_together_with_those_that_do_not()
    {
        var plain = await NumbersAsync(2, ", 'blue' as deployment");
        var enumerated = await NumbersAsync(3, ", 'green'::enum('green') as deployment");

        var rows = Read(
            $"select deployment, count(*) from read_parquet({DuckDbSql.Literals([await _content.LocalFileAsync(plain.Digest, Ct), await _content.LocalFileAsync(enumerated.Digest, Ct)])}, union_by_name = true) group by all order by 1");

        Assert.Equal([["blue", 2L], ["green", 3L]], rows);
    }

    [Fact]
    public async Task What_cannot_be_written_leaves_no_file_and_the_next_one_is_whole()
    {
        await NumbersAsync(1);
        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => _files.WriteAsync(
            [("i", DuckDbTypeId.Integer)],
            "",
            Rows,
            (chunk, start, rows) =>
            {
                if (start > 0)
                    throw new InvalidDataException("The rows are gone.");
                Set(chunk, 0, start, rows, i => i);
            },
            Ct));

        Assert.Contains("The rows are gone.", refusal.Message);
        Assert.Empty(Directory.GetFiles(Temp));
        Assert.Equal(Rows, Read($"select i from {await TableAsync(await NumbersAsync(Rows))}").Count);
    }

    public void Dispose()
    {
        _files.Dispose();
        _folder.Dispose();
    }

    private static string? Text(int i) => (i % 4) switch { 0 => null, 1 => "", 2 => $"ž{i}", _ => $"a text that is longer than twelve bytes, {i / 1000}" };

    private static float Number(int i) => (i % 10) switch { 0 => float.NaN, 1 => float.PositiveInfinity, 2 => float.NegativeInfinity, _ => i * 0.1f };

    private static void Set<T>(DuckDbDataChunk chunk, int column, int start, int rows, Func<int, T> value)
        where T : unmanaged => chunk.Set<T>(column, Enumerable.Range(start, rows).Select(value).ToArray());

    private Task<Blob> NumbersAsync(int count, string constants = "") =>
        _files.WriteAsync([("i", DuckDbTypeId.Integer)], constants, count, (chunk, start, rows) => Set(chunk, 0, start, rows, i => i), Ct);

    private async Task<string> TableAsync(Blob blob) => $"read_parquet('{await _content.LocalFileAsync(blob.Digest, Ct)}')";

    private IReadOnlyList<object?[]> Read(string sql)
    {
        using var connection = _lake.Connect();
        using var result = connection.Query(sql, Ct);
        return [.. result.Rows()];
    }
}
