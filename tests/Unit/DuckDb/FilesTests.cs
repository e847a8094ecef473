using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.DuckDb;

public sealed class FilesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void Parquet_is_written_and_read_with_its_types()
    {
        using var database = DuckDbDatabase.OpenMemory();
        using var connection = database.Connect();
        var file = InFolder("flights.parquet");

        var written = connection.Execute(
            $"""
            copy (select i::smallint as delay, 'ORD' as origin, timestamp '2001-01-01' + interval (i) minute as date
                  from range(100_000) t(i) where i < 30_000) to {DuckDbSql.Literal(file)} (format parquet)
            """);

        Assert.Equal(30_000, written);
        using var read = connection.Query("select * from read_parquet(?) order by date", file);
        Assert.Equal(["SMALLINT", "VARCHAR", "TIMESTAMP"], read.Columns.Select(column => column.Type.ToString()));
        Assert.Equal([(short)0, "ORD", new DateTime(2001, 1, 1)], read.Rows().First());
        Assert.Equal(60_000, connection.QueryScalar<int>("select count(*) from read_parquet(?)", [new[] { file, file }]));
    }

    [Fact]
    public void A_broken_parquet_file_is_an_error_with_its_name()
    {
        using var database = DuckDbDatabase.OpenMemory();
        using var connection = database.Connect();
        var (cut, other) = (InFolder("cut.parquet"), InFolder("other.parquet"));
        connection.Execute($"copy (select * from range(10_000)) to {DuckDbSql.Literal(cut)}");
        File.WriteAllBytes(other, "this is not parquet at all"u8);
        var bytes = File.ReadAllBytes(cut);
        bytes.AsSpan(100, 2000).Clear();
        File.WriteAllBytes(cut, bytes);

        var notParquet = Assert.Throws<SlipwayException>(() => connection.Execute("from read_parquet(?)", other));
        var broken = Assert.Throws<SlipwayException>(() => connection.Execute("select sum(range) from read_parquet(?)", cut));

        Assert.Contains("No magic bytes found", notParquet.Message, StringComparison.Ordinal);
        Assert.Contains(other, notParquet.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCode.EngineFailed, broken.Code);
        Assert.Equal(1, connection.QueryScalar<int>("select 1"));
    }

    [Fact]
    public void A_database_file_keeps_its_tables_and_is_shared_within_the_process()
    {
        var path = InFolder("lake.duckdb");
        using (var database = DuckDbDatabase.Open(path))
        using (var connection = database.Connect())
            connection.Execute("create table t as select 1 as i");

        using var first = DuckDbDatabase.Open(path);
        using var second = DuckDbDatabase.Open(path);
        using var writer = first.Connect();
        using var reader = second.Connect();
        writer.Execute("insert into t values (2)");

        Assert.Equal(2, reader.QueryScalar<int>("select count(*) from t"));
    }

    [Fact]
    public void Settings_reach_the_engine()
    {
        var settings = new DuckDbSettings
        {
            Threads = 3,
            MemoryLimitBytes = 100 << 20,
            TempDirectory = InFolder("spill"),
            Options = new Dictionary<string, string> { ["preserve_insertion_order"] = "false" },
        };
        using var database = DuckDbDatabase.OpenMemory(settings);
        using var connection = database.Connect();

        string? Setting(string name) => connection.QueryScalar<string>($"select current_setting('{name}')");
        Assert.Equal("3", Setting("threads"));
        Assert.Equal("100.0 MiB", Setting("memory_limit"));
        Assert.Equal(settings.TempDirectory, Setting("temp_directory"));
        Assert.Equal("False", Setting("preserve_insertion_order"));
        Assert.Equal("False", Setting("autoinstall_known_extensions"));
        Assert.Equal("UTC", Setting("TimeZone"));
        using var other = database.Connect();
        Assert.Equal("UTC", other.QueryScalar<string>("select current_setting('TimeZone')"));
    }

    [Theory]
    [InlineData("no_such_setting", "1", "no_such_setting")]
    [InlineData("threads", "many", "threads")]
    public void A_setting_that_the_engine_does_not_take_is_named(string name, string value, string message)
    {
        var settings = new DuckDbSettings { Options = new Dictionary<string, string> { [name] = value } };

        var refusal = Assert.Throws<SlipwayException>(() => DuckDbDatabase.OpenMemory(settings));

        Assert.Equal(ErrorCode.EngineFailed, refusal.Code);
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_query_over_its_memory_limit_spills_or_says_so()
    {
        const string Sort = "select count(*) from (select i, hash(i) as h from range(1_500_000) t(i) order by h limit 1_400_000)";
        using var spilling = DuckDbDatabase.OpenMemory(
            new DuckDbSettings { Threads = 1, MemoryLimitBytes = 20 << 20, TempDirectory = InFolder("spill") });
        using var refusing = DuckDbDatabase.OpenMemory(new DuckDbSettings
        {
            Threads = 1,
            MemoryLimitBytes = 20 << 20,
            Options = new Dictionary<string, string> { ["temp_directory"] = "" },
        });
        using var spills = spilling.Connect();
        using var refuses = refusing.Connect();

        Assert.Equal(1_400_000, spills.QueryScalar<int>(Sort));
        var refusal = Assert.Throws<SlipwayException>(() => refuses.QueryScalar<int>(Sort));
        Assert.Contains("Out of Memory Error", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string InFolder(string name) => Path.Combine(_folder.Path, name);
}
