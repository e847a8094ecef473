using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.DuckDb;

/// <summary>What of DuckDB's own walls Slipway relies on when it runs SQL that users wrote.</summary>
public sealed class SandboxTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _allowed;
    private readonly string _other;
    private readonly string _single;
    private readonly DuckDbDatabase _database;
    private readonly DuckDbConnection _connection;

    public SandboxTests()
    {
        _allowed = Directory.CreateDirectory(Path.Combine(_folder.Path, "allowed")).FullName;
        _other = Directory.CreateDirectory(Path.Combine(_folder.Path, "allowed-not")).FullName;
        _single = Path.Combine(_folder.Path, "single.csv");
        foreach (var file in (string[])[_single, Path.Combine(_allowed, "a.csv"), Path.Combine(_other, "b.csv")])
            File.WriteAllText(file, "x\n1\n");

        _database = Open(new DuckDbSandbox { Folders = [_allowed], Files = [_single] });
        _connection = _database.Connect();
    }

    [Fact]
    public void Allowed_folders_and_files_are_read_and_written()
    {
        Assert.Equal(1, Read(Path.Combine(_allowed, "a.csv")));
        Assert.Equal(1, Read(Path.Combine(_allowed, "*.csv")));
        Assert.Equal(1, Read(_single));

        _connection.Execute($"copy (select 5 as x) to {DuckDbSql.Literal(Path.Combine(_allowed, "out.parquet"))}");
        Assert.Equal(5, _connection.QueryScalar<int>($"from {DuckDbSql.Literal(Path.Combine(_allowed, "out.parquet"))}"));
    }

    [Fact]
    public void A_symbolic_link_leads_in_but_not_out()
    {
        File.CreateSymbolicLink(Path.Combine(_allowed, "link.csv"), Path.Combine(_other, "b.csv"));
        Directory.CreateSymbolicLink(Path.Combine(_allowed, "deeper"), _other);
        Directory.CreateSymbolicLink(Path.Combine(_folder.Path, "way"), _allowed);

        AssertDenied(() => Read(Path.Combine(_allowed, "link.csv")));
        AssertDenied(() => Read(Path.Combine(_allowed, "deeper", "b.csv")));
        AssertDenied(() => Read(Path.Combine(_allowed, "l*.csv")));
        Assert.Equal(1, Read(Path.Combine(_folder.Path, "way", "a.csv")));
    }

    [Fact]
    public void Nothing_else_is_reached_by_any_path()
    {
        AssertDenied(() => Read(Path.Combine(_other, "b.csv")));
        AssertDenied(() => Read(Path.Combine(_allowed, "..", "allowed-not", "b.csv")));
        AssertDenied(() => Read(Path.Combine(_folder.Path, "*", "b.csv")));
        AssertDenied(() => Read("/etc/passwd"));
        AssertDenied(() => Run($"copy (select 1) to {DuckDbSql.Literal(Path.Combine(_other, "out.csv"))}"));
        AssertDenied(() => Run($"attach {DuckDbSql.Literal(Path.Combine(_other, "x.duckdb"))}"));
        AssertDenied(() => Run($"export database {DuckDbSql.Literal(_other)}"));
        AssertDenied(() => Run("select * from glob('/etc/*')"));
        AssertDenied(() => Run("select * from read_text('/etc/hostname')"));
        AssertDenied(() => Run("load '/tmp/evil.duckdb_extension'"));
        AssertDenied(() => Run("install httpfs"));
        AssertDenied(() => Run("from 'https://example.org/x.parquet'"));
    }

    [Fact]
    public void The_walls_cannot_be_taken_down()
    {
        foreach (var sql in (string[])[
            "set enable_external_access = true",
            "set lock_configuration = false",
            "reset lock_configuration",
            "set allowed_directories = ['/']",
            "pragma allowed_paths = ['/etc/passwd']",
            "set global memory_limit = '1TB'",
            "set temp_directory = '/'"])
        {
            var refusal = Assert.Throws<SlipwayException>(() => Run(sql));
            Assert.True(
                refusal.Message.Contains("configuration has been locked", StringComparison.Ordinal)
                || refusal.Message.Contains("Cannot", StringComparison.Ordinal), $"{sql}: {refusal.Message}");
        }

        using var another = _database.Connect();
        Assert.Throws<SlipwayException>(() => another.Execute("from read_text('/etc/hostname')"));
    }

    [Fact]
    public void Without_allowed_paths_nothing_outside_is_reached_but_the_database_works()
    {
        using var database = Open(new DuckDbSandbox());
        using var connection = database.Connect();

        connection.Execute("create table t as select range as i from range(5)");

        Assert.Equal(10, connection.QueryScalar<int>("select sum(i) from t"));
        AssertDenied(() => connection.Execute($"from {DuckDbSql.Literal(_single)}"));
    }

    [Fact]
    public void A_shared_file_does_not_get_a_second_sandbox()
    {
        var path = _folder.File("shared.duckdb");
        using var first = DuckDbDatabase.Open(path, new DuckDbSettings { Sandbox = new DuckDbSandbox() });
        using var plain = DuckDbDatabase.Open(path);
        using var connection = plain.Connect();

        var refusal = Assert.Throws<SlipwayException>(
            () => DuckDbDatabase.Open(path, new DuckDbSettings { Sandbox = new DuckDbSandbox { Folders = [_other] } }));

        Assert.Equal(ErrorCode.Conflict, refusal.Code);
        AssertDenied(() => connection.Execute($"from {DuckDbSql.Literal(_single)}"));
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
        _folder.Dispose();
    }

    private static DuckDbDatabase Open(DuckDbSandbox sandbox) =>
        DuckDbDatabase.OpenMemory(new DuckDbSettings { Threads = 1, Sandbox = sandbox });

    private int Read(string path) => _connection.QueryScalar<int>($"from read_csv({DuckDbSql.Literal(path)})");

    private void Run(string sql) => _connection.Execute(sql);

    private static void AssertDenied(Action act)
    {
        var refusal = Assert.Throws<SlipwayException>(act);
        Assert.Contains("Permission Error", refusal.Message, StringComparison.Ordinal);
    }

    private static void AssertDenied(Func<int> act) => AssertDenied(() => { _ = act(); });
}
