using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.DuckDb;

public sealed class AppenderTests : IDisposable
{
    private readonly DuckDbDatabase _database = DuckDbDatabase.OpenMemory(new DuckDbSettings { Threads = 1 });
    private readonly DuckDbConnection _connection;

    public AppenderTests() => _connection = _database.Connect();

    [Fact]
    public void Rows_are_appended_value_by_value()
    {
        _connection.Execute(
            """
            create table t (
                b boolean, i integer, l bigint, f float, d double, time timestamp, s varchar, raw blob,
                price decimal(9,2), id uuid, tags varchar[], given integer default 42, nothing varchar)
            """);
        var (at, id) = (new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.FromHours(1)), Guid.Parse("c3f7d9a0-1234-4abc-8def-0123456789ab"));

        using (var appender = _connection.Append("t"))
        {
            Assert.Equal(13, appender.ColumnCount);
            appender.Append(true).Append(1).Append(2L).Append(1.5f).Append(2.5).Append(at).Append("žluťoučký kůň")
                .Append(new byte[] { 0, 1 }).AppendValue(12.34m).AppendValue(id).AppendValue(new[] { "a", "b" })
                .AppendDefault().AppendNull().EndRow();
            appender.AppendRow(false, null, -2L, null, null, at.UtcDateTime, "", Array.Empty<byte>(), 5, null, null, 7, "x");
            appender.Close();
        }

        using var result = _connection.Query("select * from t");
        var rows = result.Rows().ToList();
        Assert.Equal(2, rows.Count);
        Assert.Equal(
            [true, 1, 2L, 1.5f, 2.5, at.UtcDateTime, "žluťoučký kůň", new byte[] { 0, 1 }, 12.34m, id, new object?[] { "a", "b" }, 42, null],
            rows[0]);
        Assert.Equal(
            [false, null, -2L, null, null, at.UtcDateTime, "", Array.Empty<byte>(), 5.00m, null, null, 7, "x"], rows[1]);
    }

    [Fact]
    public void Whole_columns_are_appended_with_their_nulls_and_cast_to_the_table()
    {
        const int Rows = 5_000;
        _connection.Execute("create table t (f double, d double, l bigint, i bigint, b boolean, s varchar, time timestamptz)");
        var valid = Enumerable.Range(0, Rows).Select(i => i % 7 != 0).ToArray();
        var texts = Enumerable.Range(0, Rows).Select(i => i % 5 == 0 ? null : i % 2 == 0 ? $"{i}" : new string('ž', 300) + i).ToArray();

        using (var appender = _connection.Append("t"))
        {
            appender.AppendColumns(
                DuckDbColumn.Of(Enumerable.Range(0, Rows).Select(i => i * 0.5f).ToArray()),
                DuckDbColumn.Of(Enumerable.Range(0, Rows).Select(i => i * 0.25).ToArray(), valid),
                DuckDbColumn.Of(Enumerable.Range(0, Rows).Select(i => 5_000_000_000L + i).ToArray()),
                DuckDbColumn.Of(Enumerable.Range(0, Rows).ToArray()),
                DuckDbColumn.Of(valid),
                DuckDbColumn.OfText(texts),
                DuckDbColumn.OfMicros(Enumerable.Range(0, Rows).Select(i => i * 1_000_000L).ToArray()));
            appender.Close();
        }

        using var result = _connection.Query("select * from t");
        var row = 0;
        foreach (var values in result.Rows())
        {
            Assert.Equal(
                [
                    row * 0.5, valid[row] ? row * 0.25 : null, 5_000_000_000L + row, (long)row, valid[row], texts[row],
                    DateTimeOffset.FromUnixTimeSeconds(row),
                ],
                values);
            row++;
        }

        Assert.Equal(Rows, row);
    }

    [Fact]
    public void A_chunk_is_filled_from_spans_again_and_again()
    {
        _connection.Execute("create table t (i integer, s varchar, raw blob)");
        using (var chunk = new DuckDbDataChunk(DuckDbTypeId.Integer, DuckDbTypeId.Varchar, DuckDbTypeId.Blob))
        using (var appender = _connection.Append("t"))
        {
            chunk.Set<int>(0, [1, 2, 3], [true, false, true]);
            chunk.Set(1, ["a", null, "b"]);
            chunk.Set(2, [255, 254, 253], [0, 2, 2, 3], [true, false, true]);
            appender.Append(chunk);
            chunk.Reset();
            chunk.Set<int>(0, [4, 5]);
            chunk.Set(1, "cde"u8, [0, 1, 3]);
            chunk.Set(2, [], [0, 0, 0]);
            appender.Append(chunk);
            appender.Close();
        }

        using var result = _connection.Query("select * from t order by rowid");
        object?[][] expected =
        [
            [1, "a", new byte[] { 255, 254 }], [null, null, null], [3, "b", new byte[] { 253 }],
            [4, "c", Array.Empty<byte>()], [5, "de", Array.Empty<byte>()],
        ];
        Assert.Equal(expected, result.Rows());
    }

    [Fact]
    public void A_chunk_refuses_columns_that_do_not_fit()
    {
        using var chunk = new DuckDbDataChunk(DuckDbTypeId.Integer, DuckDbTypeId.Varchar);
        chunk.Set<int>(0, [1, 2]);

        Assert.Throws<ArgumentException>(() => chunk.Set<long>(0, [1, 2]));
        Assert.Throws<ArgumentException>(() => chunk.Set(0, ["a", "b"]));
        Assert.Throws<ArgumentException>(() => chunk.Set(1, ["a"]));
        Assert.Throws<ArgumentException>(() => chunk.Set(1, [0xC3, 0x28], [0, 1, 2]));
        Assert.Throws<ArgumentException>(() => chunk.Set<int>(0, [1, 2], [true]));
        Assert.Throws<ArgumentOutOfRangeException>(() => chunk.Set(0, new int[DuckDbDataChunk.Capacity + 1]));
        Assert.Throws<ArgumentException>(() => DuckDbColumn.Of([DateTime.UnixEpoch]));
    }

    [Fact]
    public void What_was_not_closed_is_dropped()
    {
        _connection.Execute("create table t (i integer)");
        using (var appender = _connection.Append("t"))
        {
            appender.AppendRow(1);
            appender.Flush();
            appender.AppendRow(2);
        }

        Assert.Equal("1", _connection.QueryScalar<string>("select string_agg(i) from t"));
    }

    [Fact]
    public void Errors_are_the_engines_and_leave_the_connection_usable()
    {
        _connection.Execute("create table t (i integer not null, k integer primary key)");

        AssertFails("main.nowhere\" could not be found", () => _connection.Append("nowhere"));
        AssertFails("Could not convert string 'x' to INT32", appender => appender.Append("x"));
        AssertFails("before all columns have been appended", appender => appender.Append(1).EndRow());
        AssertFails("Too many appends", appender => appender.Append(1).Append(1).Append(1));
        AssertFails("NOT NULL constraint failed: t.i", appender => WriteRows(appender, [null, 1]));
        AssertFails("Duplicate key", appender => WriteRows(appender, [1, 1], [2, 1]));
        AssertFails("incorrect column count", appender => appender.AppendColumns(DuckDbColumn.Of([1])));

        Assert.Equal(0, _connection.QueryScalar<int>("select count(*) from t"));
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    private static void WriteRows(DuckDbAppender appender, params object?[][] rows)
    {
        foreach (var row in rows)
            appender.AppendRow(row);
        appender.Close();
    }

    private void AssertFails(string message, Action<DuckDbAppender> act) => AssertFails(
        message,
        () =>
        {
            using var appender = _connection.Append("t");
            act(appender);
        });

    private static void AssertFails(string message, Action act)
    {
        var refusal = Assert.Throws<SlipwayException>(act);
        Assert.Equal(ErrorCode.EngineFailed, refusal.Code);
        Assert.Contains(message, refusal.Message, StringComparison.OrdinalIgnoreCase);
    }
}
