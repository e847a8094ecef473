using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Lake.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Collection;

/// <summary>Parquet files of rows in the content store.</summary>
/// <remarks>
/// They are written beside models that answer, which have the processor. One thread writes: more would wait for each other where all cores are at work.
/// The engine is kept between files, since opening it takes a quarter of the time that a file takes.
/// </remarks>
internal sealed class SegmentFiles(ILakeTables lake, ContentStore content, ServingOptions options) : IDisposable
{
    private DuckDbConnection? _idle;

    /// <param name="constants">Columns behind those that are appended, as SQL.</param>
    public async Task<Blob> WriteAsync(
        IReadOnlyList<(string Name, DuckDbTypeId Type)> columns, string constants, Action<DuckDbAppender> append, CancellationToken ct)
    {
        Directory.CreateDirectory(options.TempFolder);
        var name = $"segment-{Guid.CreateVersion7():N}";
        var file = Path.Combine(options.TempFolder, $"{name}.parquet");
        try
        {
            var connection = Interlocked.Exchange(ref _idle, null) ?? lake.Connect(threads: 1);
            try
            {
                Write(connection, columns, append);

                // The name tells files apart that have no rows: each is a content of its own. Of numbers that are all different a dictionary would be built and thrown away.
                connection.Execute(
                    $"""
                     copy (select *{constants} from segment) to {DuckDbSql.Literal(file)}
                     (format parquet, compression zstd, dictionary_size_limit 4096, kv_metadata {'{'}slipway_segment: {DuckDbSql.Literal(name)}{'}'})
                     """,
                    ct);
                connection.Execute("drop table segment");
            }
            catch
            {
                connection.Dispose();
                throw;
            }

            Interlocked.Exchange(ref _idle, connection)?.Dispose();
            return await content.PutFileAsync(file, ct);
        }
        finally
        {
            File.Delete(file);
        }
    }

    public void Dispose() => Interlocked.Exchange(ref _idle, null)?.Dispose();

    private static void Write(DuckDbConnection connection, IReadOnlyList<(string Name, DuckDbTypeId Type)> columns, Action<DuckDbAppender> append)
    {
        var definitions = columns.Select(column => $"{DuckDbSql.Identifier(column.Name)} {new DuckDbType(column.Type)}");
        connection.Execute($"create table segment ({string.Join(", ", definitions)})");
        using var appender = connection.Append("segment");
        append(appender);
        appender.Close();
    }
}
