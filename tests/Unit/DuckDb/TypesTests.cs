using System.Numerics;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.DuckDb;

public sealed class TypesTests
{
    public static TheoryData<string, object?> Values => new()
    {
        { "true", true },
        { "(-7)::tinyint", (sbyte)-7 },
        { "300::smallint", (short)300 },
        { "70000", 70000 },
        { "5000000000", 5_000_000_000L },
        { "200::utinyint", (byte)200 },
        { "60000::usmallint", (ushort)60000 },
        { "4000000000::uinteger", 4_000_000_000u },
        { "18446744073709551615::ubigint", ulong.MaxValue },
        { "(-170141183460469231731687303715884105728)::hugeint", Int128.MinValue },
        { "340282366920938463463374607431768211455::uhugeint", UInt128.MaxValue },
        { "1.5::float", 1.5f },
        { "'nan'::double", double.NaN },
        { "'-infinity'::double", double.NegativeInfinity },
        { "-12.34::decimal(4,2)", -12.34m },
        { "1234567.89::decimal(9,2)", 1234567.89m },
        { "-123456789012345.678::decimal(18,3)", -123456789012345.678m },
        { "79228162514264337593543950335::decimal(38,0)", decimal.MaxValue },
        { "0.5::decimal(38,38)", 0.5m },
        { "-12345678901234567890123456789012345.678::decimal(38,3)", "-12345678901234567890123456789012345.678" },
        { "''", "" },
        { "'twelve bytes'", "twelve bytes" },
        { "'thirteen byte'", "thirteen byte" },
        { "'žluťoučký kůň 🦆'", "žluťoučký kůň 🦆" },
        { "chr(0) || 'a'", "\0a" },
        { "'\\x00\\xFF'::blob", new byte[] { 0, 255 } },
        { "''::blob", Array.Empty<byte>() },
        { "'10011'::bit", "10011" },
        { "'1000000000'::bit", "1000000000" },
        { "date '2001-07-01'", new DateOnly(2001, 7, 1) },
        { "date '1812-02-29'", new DateOnly(1812, 2, 29) },
        { "'infinity'::date", DateOnly.MaxValue },
        { "time '23:59:59.123456'", new TimeOnly(23, 59, 59).Add(TimeSpan.FromMicroseconds(123456)) },
        { "time '24:00:00'", TimeOnly.MaxValue },
        { "'12:34:56.5+02:30'::timetz", "12:34:56.5+02:30" },
        { "'12:34:56-08:00'::timetz", "12:34:56-08:00" },
        { "timestamp '2001-02-03 04:05:06.789012'", new DateTime(2001, 2, 3, 4, 5, 6).AddMicroseconds(789012) },
        { "timestamp '1900-01-01 00:00:00.000001'", new DateTime(1900, 1, 1).AddMicroseconds(1) },
        { "'infinity'::timestamp", DateTime.MaxValue },
        { "'-infinity'::timestamp", DateTime.MinValue },
        { "'2001-02-03 04:05:06'::timestamp_s", new DateTime(2001, 2, 3, 4, 5, 6) },
        { "'2001-02-03 04:05:06.7'::timestamp_ms", new DateTime(2001, 2, 3, 4, 5, 6, 700) },
        { "'2001-02-03 04:05:06.123456789'::timestamp_ns", new DateTime(2001, 2, 3, 4, 5, 6).AddTicks(1234567) },
        { "'2001-02-03 04:05:06+02'::timestamptz", new DateTimeOffset(2001, 2, 3, 2, 5, 6, TimeSpan.Zero) },
        { "'c3f7d9a0-1234-4abc-8def-0123456789ab'::uuid", Guid.Parse("c3f7d9a0-1234-4abc-8def-0123456789ab") },
        { "interval '14 months 3 days 4 seconds'", new DuckDbInterval(14, 3, 4_000_000) },
        { "'high'::enum('low', 'high')", "high" },
        { "'{\"a\": [1, null]}'::json", "{\"a\": [1, null]}" },
        { "'123456789012345678901234567890123456789012345'::bignum", BigInteger.Parse("123456789012345678901234567890123456789012345", null) },
        { "(-255)::bignum", new BigInteger(-255) },
        { "null", null },
        { "null::varchar", null },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Each_type_is_read_as_its_dotnet_type(string sql, object? expected)
    {
        using var connection = Open();
        using var result = connection.Query($"select {sql}");

        var value = Assert.Single(result.Rows())[0];

        Assert.Equal(expected, value);
    }

    [Fact]
    public void Nested_types_become_arrays_dictionaries_and_pairs()
    {
        using var connection = Open();
        using var result = connection.Query(
            """
            select [1, null, 3],
                   [['a'], [], null],
                   [1.5, 2.5]::float[2],
                   {'name': 'x', 'inner': {'n': [7]}},
                   map {'one': 1, 'two': null},
                   union_value(num := 5)::union(text varchar, num integer)
            from range(3) where range = 2
            """);

        var row = Assert.Single(result.Rows());

        Assert.Equal([1, null, 3], Assert.IsType<object?[]>(row[0]));
        var lists = Assert.IsType<object?[]>(row[1]);
        Assert.Equal(["a"], Assert.IsType<object?[]>(lists[0]));
        Assert.Empty(Assert.IsType<object?[]>(lists[1]));
        Assert.Null(lists[2]);
        Assert.Equal([1.5f, 2.5f], Assert.IsType<object?[]>(row[2]));
        var outer = Assert.IsType<Dictionary<string, object?>>(row[3]);
        Assert.Equal("x", outer["name"]);
        Assert.Equal([7], Assert.IsType<object?[]>(Assert.IsType<Dictionary<string, object?>>(outer["inner"])["n"]));
        Assert.Equal(
            [new("one", 1), new("two", null)], Assert.IsType<KeyValuePair<object, object?>[]>(row[4]));
        Assert.Equal(5, row[5]);
    }

    [Theory]
    [InlineData("1::decimal(18,3)", "DECIMAL(18,3)")]
    [InlineData("['a']", "VARCHAR[]")]
    [InlineData("[1, 2]::integer[2]", "INTEGER[2]")]
    [InlineData("{'a': 1, 'b': ['x']}", "STRUCT(\"a\" INTEGER, \"b\" VARCHAR[])")]
    [InlineData("map {'a': 1}", "MAP(VARCHAR, INTEGER)")]
    [InlineData("'it''s'::enum('it''s', 'b')", "ENUM('it''s', 'b')")]
    [InlineData("'{}'::json", "JSON")]
    [InlineData("now()", "TIMESTAMP WITH TIME ZONE")]
    [InlineData("'2001-01-01'::timestamp_ms", "TIMESTAMP_MS")]
    [InlineData("1::ubigint", "UBIGINT")]
    public void A_type_prints_as_SQL_that_makes_it_again(string sql, string type)
    {
        using var connection = Open();

        using (var result = connection.Query($"select {sql} as c"))
            Assert.Equal(type, Assert.Single(result.Columns).Type.ToString());

        connection.Execute($"create table made (c {type})");
        using var made = connection.Query("select c from made");
        Assert.Equal(type, Assert.Single(made.Columns).Type.ToString());
    }

    [Fact]
    public void A_time_that_dotnet_cannot_hold_is_refused_with_advice()
    {
        using var connection = Open();
        using var result = connection.Query("select timestamp '294000-01-01'");

        var refusal = Assert.Throws<SlipwayException>(() => result.Rows().ToList());

        Assert.Contains("cast it to VARCHAR", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_are_read_in_place_with_their_nulls()
    {
        using var connection = Open();
        using var result = connection.Query(
            """
            select i, case when i % 3 > 0 then i * 0.5::double end as half, 'text ' || i as text, [i, i + 1] as pair
            from range(5000) t(i)
            """);
        var (rows, sum, halves, nulls) = (0L, 0L, 0.0, 0);

        foreach (var chunk in result.Chunks())
        {
            var numbers = chunk.Column(0).Values<long>();
            var half = chunk.Column("HALF");
            var pairs = chunk.Column("pair");
            Assert.True(chunk.Column(0).AllValid);
            for (var row = 0; row < chunk.RowCount; row++)
            {
                sum += numbers[row];
                if (half.IsValid(row))
                    halves += half.Values<double>()[row];
                else
                    nulls++;
                Assert.Equal($"text {rows + row}", chunk.Column(2).GetString(row));
                Assert.Equal(numbers[row] + 1, pairs.Elements.Values<long>()[pairs.Range(row)][1]);
            }

            rows += chunk.RowCount;
        }

        Assert.Equal((5000, 12_497_500, 1667), (rows, sum, nulls));
        Assert.Equal(Enumerable.Range(0, 5000).Where(i => i % 3 > 0).Sum(i => i * 0.5), halves);
    }

    [Fact]
    public void A_column_is_not_read_as_a_type_of_another_size()
    {
        using var connection = Open();
        using var result = connection.Query("select 1::integer");

        Assert.Throws<InvalidOperationException>(() => result.Chunks().First().Column(0).Values<long>().Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => Second());

        void Second()
        {
            using var one = connection.Query("select 1");
            foreach (var chunk in one.Chunks())
                chunk.Column(0).GetValue(1);
        }
    }

    [Fact]
    public void Rows_are_mapped_by_position_or_name_with_numbers_converted()
    {
        using var connection = Open();
        using var result = connection.Query("select sum(i) as total, max(i) as top, null as none from range(10) t(i)");

        var read = Assert.Single(result.Read(row => (
            row.Get<long>("total"), row.Get<int>(1), row.Get<double?>("none"), row.IsNull(2))));

        Assert.Equal((45L, 9, null, true), read);
    }

    [Fact]
    public void A_chunk_cannot_be_read_after_its_result_read_on()
    {
        using var connection = Open();
        using var result = connection.Query("select * from range(5000)");

        var chunks = result.Chunks().ToList();

        Assert.Throws<ObjectDisposedException>(() => chunks[0].Column(0).Count);
    }

    private static DuckDbConnection Open()
    {
        using var database = DuckDbDatabase.OpenMemory(new DuckDbSettings { Threads = 2 });
        return database.Connect();
    }
}
