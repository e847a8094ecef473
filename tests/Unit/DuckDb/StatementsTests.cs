using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Xunit;

namespace Slipway.Unit.DuckDb;

public sealed class StatementsTests : IDisposable
{
    private readonly DuckDbDatabase _database = DuckDbDatabase.OpenMemory(new DuckDbSettings { Threads = 1 });
    private readonly DuckDbConnection _connection;

    public StatementsTests() => _connection = _database.Connect();

    public static TheoryData<object?, string> Parameters => new()
    {
        { null, "\"NULL\"" },
        { true, "BOOLEAN" },
        { 7, "INTEGER" },
        { 7L, "BIGINT" },
        { (short)-7, "SMALLINT" },
        { (sbyte)-7, "TINYINT" },
        { (byte)200, "UTINYINT" },
        { (ushort)60000, "USMALLINT" },
        { 4_000_000_000u, "UINTEGER" },
        { ulong.MaxValue, "UBIGINT" },
        { Int128.MinValue + 1, "HUGEINT" },
        { UInt128.MaxValue, "UHUGEINT" },
        { 1.5f, "FLOAT" },
        { double.NegativeInfinity, "DOUBLE" },
        { 12.34m, "DECIMAL(4,2)" },
        { -0.001m, "DECIMAL(3,3)" },
        { decimal.MaxValue, "DECIMAL(29,0)" },
        { "", "VARCHAR" },
        { "it's \0 ž", "VARCHAR" },
        { new byte[] { 0, 1, 255 }, "BLOB" },
        { Array.Empty<byte>(), "BLOB" },
        { new DateOnly(1969, 12, 31), "DATE" },
        { new TimeOnly(1, 2, 3, 4), "TIME" },
        { new DateTime(1960, 1, 2, 3, 4, 5).AddMicroseconds(6), "TIMESTAMP" },
        { new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero), "TIMESTAMP WITH TIME ZONE" },
        { new DuckDbInterval(1, 2, 3), "INTERVAL" },
        { Guid.Parse("c3f7d9a0-1234-4abc-8def-0123456789ab"), "UUID" },
        { Guid.Empty, "UUID" },
    };

    [Theory]
    [MemberData(nameof(Parameters))]
    public void Each_parameter_arrives_with_its_type_and_value(object? value, string type)
    {
        using var result = _connection.Query("select $1 as value, typeof($1) as type", [value]);

        var row = Assert.Single(result.Rows());

        Assert.Equal([value, type], row);
    }

    [Fact]
    public void A_list_is_one_parameter()
    {
        string[] names = ["b", "c"];

        Assert.Equal(2, _connection.QueryScalar<int>(
            "select count(*) from (values ('a'), ('b'), ('c')) t(name) where list_contains($1, name)", [names]));
        Assert.Equal("[1, NULL, 3]", _connection.QueryScalar<string>("select ?::varchar", [new int?[] { 1, null, 3 }]));
        Assert.Equal(0, _connection.QueryScalar<int>("select len(?)", [Array.Empty<string>()]));
    }

    [Fact]
    public void A_local_time_and_an_offset_arrive_as_the_same_moment()
    {
        var moment = new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.FromHours(5));

        Assert.True(_connection.QueryScalar<bool>(
            "select $1 = $2 and $1 = timestamptz '2001-02-02 23:05:06+00'", moment, moment.UtcDateTime));
        Assert.Equal("2001-02-02 23:05:06+00", _connection.QueryScalar<string>("select ?::varchar", moment));
    }

    [Fact]
    public void Parameters_are_positions_marks_or_names()
    {
        Assert.Equal(1, _connection.QueryScalar<int>("select ? - ?", 3, 2));
        Assert.Equal(-1, _connection.QueryScalar<int>("select $2 - $1", 3, 2));
        Assert.Equal(4, _connection.QueryScalar<int>(
            "select $High - $low + $low", new DuckDbParameters { ["low"] = 3, ["high"] = 4, ["unused"] = 5 }));
    }

    [Fact]
    public void A_missing_parameter_is_named()
    {
        var position = Assert.Throws<SlipwayException>(() => _connection.Execute("select ? + ?", 1));
        var name = Assert.Throws<SlipwayException>(
            () => _connection.Execute("select $low", new DuckDbParameters { ["lowe"] = 1 }));

        Assert.Equal(ErrorCode.InvalidParameter, position.Code);
        Assert.Contains("2 parameters (1, 2), but 1", position.Message, StringComparison.Ordinal);
        Assert.Contains("needs a value for $low; given: lowe", name.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_runs_in_order_shares_its_named_parameters_and_returns_its_last_result()
    {
        using var result = _connection.Query(
            """
            create table t (i int); -- a comment with a ; in it
            insert into t select * from range($n::int);
            insert into t values ($extra);
            select count(*), max(i) from t;
            """,
            new DuckDbParameters { ["n"] = 3, ["extra"] = 40 });

        Assert.Equal([4L, 40], Assert.Single(result.Rows()));
    }

    [Fact]
    public void A_script_stops_at_its_first_error()
    {
        Assert.Throws<SlipwayException>(() => _connection.Execute("create table a (i int); select nothing; create table b (i int)"));

        Assert.Equal("a", _connection.QueryScalar<string>("select string_agg(table_name) from duckdb_tables()"));
    }

    [Fact]
    public void A_script_takes_no_positions()
    {
        var refusal = Assert.Throws<SlipwayException>(() => _connection.Execute("select ?; select ?", 1));

        Assert.Contains("named parameters only", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Execute_tells_how_many_rows_changed()
    {
        Assert.Equal(0, _connection.Execute("create table t as select i from range(5000) r(i)"));
        Assert.Equal(3000, _connection.Execute("insert into t select i from range(3000) r(i)"));
        Assert.Equal(20, _connection.Execute("update t set i = -1 where i < ?", 10));
        Assert.Equal(20, _connection.Execute("delete from t where i = -1"));
        Assert.Equal(0, _connection.Execute("select * from t"));
    }

    [Fact]
    public void A_prepared_statement_runs_again_with_other_values()
    {
        using var statement = _connection.Prepare("select $1 + 1");

        for (var i = 0; i < 100; i++)
        {
            using var result = statement.Query(i);
            Assert.Equal(i + 1, Assert.Single(result.Rows())[0]);
        }
    }

    [Fact]
    public void Statements_that_DuckDB_rewrites_into_several_run_too()
    {
        _connection.Execute("create table sales as select * from (values ('a', 2020, 1), ('b', 2021, 2)) t(name, year, n)");
        using var pivot = _connection.Query("pivot sales on year using sum(n)");

        Assert.Equal(["name", "2020", "2021"], pivot.Columns.Select(column => column.Name));
        using var described = _connection.Query("describe sales");
        Assert.Equal(3, described.Rows().Count());
        using var pragma = _connection.Query("pragma table_info('sales')");
        Assert.Equal(3, pragma.Rows().Count());
    }

    [Fact]
    public void A_scalar_that_does_not_fit_is_refused_and_none_is_default()
    {
        var refusal = Assert.Throws<SlipwayException>(() => _connection.QueryScalar<int>("select 5_000_000_000"));

        Assert.Contains("'5000000000' cannot be read as Int32", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<SlipwayException>(() => _connection.QueryScalar<long>("select 'x'"));
        Assert.Throws<SlipwayException>(() => _connection.QueryScalar<long>("select 1::hugeint << 100"));
        Assert.Null(_connection.QueryScalar<int?>("select 1 where false"));
        Assert.Equal(0, _connection.QueryScalar<int>("select null"));
        Assert.Equal(3m, _connection.QueryScalar<decimal>("select sum(i) from range(3) t(i)"));
        Assert.Equal("3", _connection.QueryScalar<string>("select sum(i) from range(3) t(i)"));
    }

    [Fact]
    public void Names_and_texts_are_quoted()
    {
        _connection.Execute($"create table {DuckDbSql.Identifier("a \"b\"; drop")} (i int)");

        Assert.Equal("a \"b\"; drop", _connection.QueryScalar<string>("select table_name from duckdb_tables()"));
        Assert.Equal("it's", _connection.QueryScalar<string>($"select {DuckDbSql.Literal("it's")}"));
        Assert.Equal(2, _connection.QueryScalar<int>($"select len({DuckDbSql.Literals(["a'", "b"])})"));
    }

    [Theory]
    [InlineData("selec 1", "Parser Error: syntax error at or near \"selec\"")]
    [InlineData("select * from nowhere", "Catalog Error: Table with name nowhere does not exist!")]
    [InlineData("select colum from (select 1 as column1)", "Binder Error: Referenced column \"colum\" not found")]
    [InlineData("select 'x'::int", "Conversion Error: Could not convert string 'x' to INT32")]
    [InlineData("from read_parquet('/nowhere/none.parquet')", "IO Error: No files found that match the pattern \"/nowhere/none.parquet\"")]
    [InlineData("-- nothing", "The SQL text holds no statement")]
    [InlineData("", "The SQL text holds no statement")]
    public void An_error_has_the_engines_own_words(string sql, string message)
    {
        var refusal = Assert.Throws<SlipwayException>(() => _connection.Execute(sql));

        Assert.Equal(ErrorCode.EngineFailed, refusal.Code);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, _connection.QueryScalar<int>("select 1"));
    }

    [Fact]
    public void A_text_that_C_would_cut_is_refused()
    {
        var refusal = Assert.Throws<SlipwayException>(() => _connection.Execute("select 1 \0 union all select 2"));

        Assert.Equal(ErrorCode.InvalidParameter, refusal.Code);
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }
}
