using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Lake.Sql;

/// <summary>The rows of a query as a Parquet file in a folder of its own, which goes with it.</summary>
internal sealed class SqlFile : IDisposable
{
    private const string FileName = "part.parquet";
    private readonly string _folder;

    private SqlFile(string folder) => _folder = folder;

    public string Path => System.IO.Path.Combine(_folder, FileName);

    public long Rows { get; private init; }

    public static SqlFile Write(
        ILakeTables tables, LakeOptions options, LakeQuery query, long? limit, int? memoryMegabytes, CancellationToken ct)
    {
        Directory.CreateDirectory(options.TempFolder);
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(options.TempFolder, $"sql-{System.IO.Path.GetRandomFileName()}")).FullName;
        try
        {
            using (var reading = tables.ConnectSandboxed(query.Files, [], memoryMegabytes))
                SqlQuery.Prepare(reading, query).Dispose();

            using var connection = tables.ConnectSandboxed(query.Files, [folder], memoryMegabytes);
            var only = limit is { } most ? $"from (\n{Bare(query.Sql)}\n) limit {most}" : Bare(query.Sql);
            var path = DuckDbSql.Literal(System.IO.Path.Combine(folder, FileName));
            return new SqlFile(folder)
            {
                Rows = connection.Execute($"copy (\n{only}\n) to {path} (format parquet, compression zstd)", ct),
            };
        }
        catch (Exception exception)
        {
            Directory.Delete(folder, recursive: true);
            if (exception is SlipwayException { Code: ErrorCode.EngineFailed } engine)
                throw SqlQuery.Refusal(engine, query);
            throw;
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // A statement in parentheses has no semicolon at its end.
    private static string Bare(string sql) => sql.TrimEnd().TrimEnd(';');
}
