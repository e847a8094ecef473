using System.Runtime.CompilerServices;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.DuckDb;

public sealed class SourceTests : IDisposable
{
    private readonly DuckDbDatabase _database = DuckDbDatabase.OpenMemory(new DuckDbSettings { Threads = 2 });
    private readonly DuckDbConnection _connection;

    public SourceTests() => _connection = _database.Connect();

    [Fact]
    public void Columns_of_every_type_are_read_as_they_were_filled()
    {
        const int Rows = 5_000;
        var texts = Enumerable.Range(0, Rows).Select(i => (i % 6) switch { 0 => null, 1 => "", 2 => "zwölf bytes", 3 => "thirteen byte", _ => new string('ž', 300) + i }).ToArray();
        var valid = Enumerable.Range(0, Rows).Select(i => i % 7 != 0).ToArray();
        using var source = _connection.Source(
            [
                ("b", DuckDbTypeId.Boolean), ("i1", DuckDbTypeId.TinyInt), ("u1", DuckDbTypeId.UTinyInt), ("i2", DuckDbTypeId.SmallInt),
                ("u2", DuckDbTypeId.USmallInt), ("i4", DuckDbTypeId.Integer), ("u4", DuckDbTypeId.UInteger), ("i8", DuckDbTypeId.BigInt),
                ("u8", DuckDbTypeId.UBigInt), ("f", DuckDbTypeId.Float), ("d", DuckDbTypeId.Double), ("s", DuckDbTypeId.Varchar),
                ("time", DuckDbTypeId.TimestampTz), ("raw", DuckDbTypeId.Blob),
            ],
            Rows,
            (chunk, start, rows) =>
            {
                Fill(chunk, 0, start, rows, i => i % 2 == 0);
                Fill(chunk, 1, start, rows, i => (sbyte)i);
                Fill(chunk, 2, start, rows, i => (byte)i);
                Fill(chunk, 3, start, rows, i => (short)-i);
                Fill(chunk, 4, start, rows, i => (ushort)(ushort.MaxValue - i));
                Fill(chunk, 5, start, rows, i => int.MinValue + i);
                Fill(chunk, 6, start, rows, i => uint.MaxValue - (uint)i);
                Fill(chunk, 7, start, rows, i => long.MinValue + i);
                Fill(chunk, 8, start, rows, i => ulong.MaxValue - (ulong)i);
                Fill(chunk, 9, start, rows, Float);
                chunk.Set<double>(10, Enumerable.Range(start, rows).Select(i => i * 0.25).ToArray(), valid.AsSpan(start, rows));
                chunk.Set(11, texts.AsSpan(start, rows));
                Fill(chunk, 12, start, rows, i => i * 1_000_000L);
                chunk.Set(13, Enumerable.Range(0, rows * 2).Select(i => (byte)(i / 2)).ToArray(), [.. Enumerable.Range(0, rows + 1).Select(i => i * 2)]);
            });

        using var result = _connection.Query($"select * from {source.Sql}");
        var row = 0;
        foreach (var values in result.Rows())
        {
            Assert.Equal(
                [
                    row % 2 == 0, (sbyte)row, (byte)row, (short)-row, (ushort)(ushort.MaxValue - row), int.MinValue + row, uint.MaxValue - (uint)row,
                    long.MinValue + row, ulong.MaxValue - (ulong)row, Float(row), valid[row] ? row * 0.25 : null, texts[row],
                    DateTimeOffset.FromUnixTimeSeconds(row), new[] { (byte)(row % DuckDbDataChunk.Capacity), (byte)(row % DuckDbDataChunk.Capacity) },
                ],
                values);
            row++;
        }

        Assert.Equal(Rows, row);
        Assert.Equal("BOOLEAN TINYINT UTINYINT SMALLINT", string.Join(' ', result.Columns.Take(4).Select(column => column.Type)));
    }

    [Fact]
    public void A_source_without_rows_still_has_its_columns()
    {
        using var source = _connection.Source([("a b", DuckDbTypeId.Integer)], 0, (_, _, _) => Assert.Fail("There is nothing to fill."));

        using var result = _connection.Query($"select * from {source.Sql}");

        Assert.Empty(result.Rows());
        Assert.Equal("a b", Assert.Single(result.Columns).Name);
    }

    [Fact]
    public void Each_scan_begins_with_the_first_row_and_several_sources_stand_side_by_side()
    {
        using var numbers = Numbers(3_000);
        using var few = Numbers(10);

        Assert.Equal(3_000, _connection.QueryScalar<long>($"select count(*) from {numbers.Sql} a join {numbers.Sql} b using (i)"));
        Assert.Equal(10, _connection.QueryScalar<long>($"select count(*) from {numbers.Sql} a join {few.Sql} b using (i)"));
        Assert.Equal(3_000L * 2_999 / 2, _connection.QueryScalar<long>($"select sum(i) from {numbers.Sql}"));
        Assert.Equal(2_999, _connection.QueryScalar<int>($"select i from {numbers.Sql} order by i desc limit 1"));
    }

    [Fact]
    public void A_text_that_comes_again_and_again_is_there_in_each_row()
    {
        const string Long = "a text that is longer than what lies in place";
        string?[] texts = [.. Enumerable.Range(0, 4_000).Select(i => i % 100 == 50 ? null : i < 3_000 ? Long : "short")];
        using var source = _connection.Source([("s", DuckDbTypeId.Varchar)], texts.Length, (chunk, start, rows) => chunk.Set(0, texts.AsSpan(start, rows)));

        using var result = _connection.Query($"select * from {source.Sql}");

        Assert.Equal(texts, result.Rows().Select(row => (string?)row[0]).ToArray());
    }

    [Fact]
    public void What_keeps_rows_from_being_filled_ends_the_statement_with_its_own_words()
    {
        var isBroken = true;
        using var source = _connection.Source([("i", DuckDbTypeId.Integer)], 5_000, (chunk, start, rows) =>
        {
            if (isBroken && start > 0)
                throw new InvalidDataException("The well is dry.");
            Fill(chunk, 0, start, rows, i => i);
        });

        var refusal = Assert.Throws<SlipwayException>(() => _connection.Execute($"create table t as select * from {source.Sql}"));
        isBroken = false;

        Assert.Equal(ErrorCode.EngineFailed, refusal.Code);
        Assert.Contains("The well is dry.", refusal.Message);
        Assert.Equal(5_000, _connection.QueryScalar<long>($"select count(*) from {source.Sql}"));
    }

    [Fact]
    public void Fewer_rows_than_were_promised_are_an_error_and_no_end()
    {
        using var source = _connection.Source([("i", DuckDbTypeId.Integer)], 10, (chunk, _, _) => chunk.Set<int>(0, [1, 2]));

        var refusal = Assert.Throws<SlipwayException>(() => _connection.QueryScalar<long>($"select sum(i) from {source.Sql}"));

        Assert.Contains("2 rows were given from row 0 on, not 10.", refusal.Message);
    }

    [Fact]
    public void A_source_that_was_disposed_is_known_no_more_and_one_that_is_read_is_read_to_its_end()
    {
        var source = Numbers(100_000);
        using (var result = _connection.Query($"select * from {source.Sql}"))
        {
            source.Dispose();
            Assert.Equal(100_000, result.Rows().Count());
        }

        var refusal = Assert.Throws<SlipwayException>(() => _connection.Execute($"select * from {source.Sql}"));

        Assert.Contains("There are no rows 1 any more, or never were.", refusal.Message);
    }

    [Fact]
    public void Another_connection_has_sources_of_its_own()
    {
        using var other = _database.Connect();
        using var mine = Numbers(10);
        using var others = other.Source([("i", DuckDbTypeId.Integer)], 1, (chunk, _, _) => chunk.Set<int>(0, [7]));

        Assert.NotEqual(mine.Sql, others.Sql);
        Assert.Equal(7, other.QueryScalar<int>($"select i from {others.Sql}"));
    }

    [Fact]
    public void A_chunk_cannot_be_kept_for_later()
    {
        DuckDbDataChunk? kept = null;
        using var source = _connection.Source([("i", DuckDbTypeId.Integer)], 3, (chunk, start, rows) =>
        {
            kept = chunk;
            Fill(chunk, 0, start, rows, i => i);
        });
        Assert.Equal(3, _connection.QueryScalar<long>($"select count(i) from {source.Sql}"));

        Assert.Throws<ObjectDisposedException>(() => kept!.Set<int>(0, [1, 2, 3]));
    }

    [Fact]
    public void A_statement_over_a_source_can_be_cancelled()
    {
        using var stop = new CancellationTokenSource();
        using var never = new ManualResetEventSlim();
        using var source = _connection.Source([("i", DuckDbTypeId.Integer)], int.MaxValue, (chunk, _, rows) =>
        {
            // So slow that a quarter of an hour would not be enough for all of them.
            stop.Cancel();
            never.Wait(TimeSpan.FromMilliseconds(1));
            chunk.Set<int>(0, new int[rows]);
        });

        Assert.ThrowsAny<OperationCanceledException>(() => _connection.QueryScalar<long>($"select sum(i) from {source.Sql}", stop.Token));
    }

    [Fact]
    public void What_a_source_holds_is_let_go_with_it()
    {
        var rows = Read();

        // The engine lets go of its part when the next statement comes.
        Assert.Equal(1, _connection.QueryScalar<int>("select 1"));
        for (var i = 0; i < 100 && rows.IsAlive; i++)
            GC.Collect();

        Assert.False(rows.IsAlive);
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    private static float Float(int i) => (i % 10) switch { 0 => float.NaN, 1 => float.PositiveInfinity, 2 => float.NegativeInfinity, 3 => -0f, _ => i * 0.5f };

    private static void Fill<T>(DuckDbDataChunk chunk, int column, int start, int rows, Func<int, T> value)
        where T : unmanaged => chunk.Set<T>(column, Enumerable.Range(start, rows).Select(value).ToArray());

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference Read()
    {
        var values = new int[1_000];
        using var source = _connection.Source([("i", DuckDbTypeId.Integer)], values.Length, (chunk, start, rows) => chunk.Set<int>(0, values.AsSpan(start, rows)));
        Assert.Equal(1_000, _connection.QueryScalar<long>($"select count(*) from {source.Sql}"));
        return new WeakReference(values);
    }

    private DuckDbSource Numbers(int count) =>
        _connection.Source([("i", DuckDbTypeId.Integer)], count, (chunk, start, rows) => Fill(chunk, 0, start, rows, i => i));
}
