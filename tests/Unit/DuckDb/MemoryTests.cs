using System.Diagnostics;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.DuckDb;

[Collection(MeasuredAlone.Name)]
public sealed class MemoryTests
{
    private static readonly string s_long = new('x', 100_000);

    [Fact]
    public void Nothing_stays_behind_however_a_statement_ends()
    {
        using var database = DuckDbDatabase.OpenMemory(new DuckDbSettings { Threads = 1 });
        using var connection = database.Connect();
        connection.Execute("create table t (i integer, s varchar, l varchar[])");

        // Each part of a round takes some 100 KB of native memory: what is not freed would show after 100 rounds.
        Repeat(50, () => Round(database, connection));
        var least = long.MaxValue;
        for (var attempt = 0; attempt < 5 && least > 8 << 20; attempt++)
        {
            // The collector's heap and the allocator's caches grow once in a while; a leak grows every time.
            var before = Memory();
            Repeat(100, () => Round(database, connection));
            least = Math.Min(least, Memory() - before);
        }

        Assert.InRange(least, long.MinValue, 8 << 20);
    }

    [Fact]
    public void Ten_million_rows_stream_through_flat_memory()
    {
        // 10 million rows of three columns are more than 400 MB when they are held.
        using var database = DuckDbDatabase.OpenMemory(new DuckDbSettings { Threads = 2 });
        using var connection = database.Connect();
        using var result = connection.Query(
            "select i, i * 0.5 as half, 'a text that is not inlined ' || i as text from range(10_000_000) t(i)");
        var before = 0L;
        var (rows, sum) = (0L, 0L);

        foreach (var chunk in result.Chunks())
        {
            foreach (var value in chunk.Column(0).Values<long>())
                sum += value;
            rows += chunk.RowCount;
            if (before == 0 && rows > 500_000)
                before = Memory();
        }

        Assert.Equal((10_000_000L, 49_999_995_000_000L), (rows, sum));
        Assert.InRange(Memory() - before, long.MinValue, 64 << 20);
    }

    private static void Repeat(int times, Action act)
    {
        for (var i = 0; i < times; i++)
            act();
    }

    private static void Round(DuckDbDatabase database, DuckDbConnection connection)
    {
        using (var other = database.Connect())
            other.QueryScalar<int>("select len($1) + len($2)", s_long, new[] { s_long, s_long });

        for (var i = 0; i < 10; i++)
        {
            var text = s_long[..10_000];
            Assert.Throws<SlipwayException>(() => connection.Execute($"select '{text}' from nowhere"));
            Assert.Throws<SlipwayException>(() => connection.Execute($"selec '{text}'"));
        }

        Assert.Throws<SlipwayException>(() => connection.Execute("select ?::integer", s_long));
        Assert.Throws<SlipwayException>(() => connection.Execute("select ? + ?", s_long));

        using (var result = connection.Query("select i, repeat('x', 100), {'a': [i]} from range(3_000) t(i)"))
            Assert.NotEmpty(result.Rows().Take(10));

        using (var appender = connection.Append("t"))
        {
            appender.AppendRow(1, s_long, new[] { s_long });
            Assert.Throws<SlipwayException>(() => appender.Append(s_long));
        }

        using (var chunk = new DuckDbDataChunk(DuckDbTypeId.Integer, DuckDbTypeId.Varchar))
        {
            chunk.Set<int>(0, [1, 2]);
            chunk.Set(1, [s_long, s_long]);
        }

        using var enumerated = connection.Query("select 'a'::enum('a', 'b'), {'name': 1}, map {'a': 1}");
        Assert.Equal(3, enumerated.Columns.Count);
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
