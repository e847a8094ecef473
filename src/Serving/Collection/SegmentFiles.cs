using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Lake.Contracts;
using Slipway.Serving.Contracts;

namespace Slipway.Serving.Collection;

/// <summary>Parquet files of rows in the content store.</summary>
/// <remarks>
/// They are written beside models that answer, which have the processor: columns go from their arrays straight into the file, a table in between would take
/// as long again. One thread writes: more would wait for each other where all cores are at work. The engine is kept between files, since opening it takes
/// nearly as long as a file.
/// </remarks>
internal sealed class SegmentFiles(ILakeTables lake, ContentStore content, ServingOptions options) : IDisposable
{
    private DuckDbConnection? _idle;

    /// <param name="constants">Columns behind those that are filled, as SQL.</param>
    public async Task<Blob> WriteAsync(
        IReadOnlyList<(string Name, DuckDbTypeId Type)> columns, string constants, int rows, DuckDbFill fill, CancellationToken ct)
    {
        Directory.CreateDirectory(options.TempFolder);
        var name = $"segment-{Guid.CreateVersion7():N}";
        var file = Path.Combine(options.TempFolder, $"{name}.parquet");
        try
        {
            var connection = Interlocked.Exchange(ref _idle, null) ?? lake.Connect(threads: 1);
            try
            {
                using var source = connection.Source(columns, rows, fill);

                // The name tells files apart that have no rows: each is a content of its own. Of numbers that are all different a dictionary would be built and thrown away.
                connection.Execute(
                    $"""
                     copy (select *{constants} from {source.Sql}) to {DuckDbSql.Literal(file)}
                     (format parquet, compression zstd, dictionary_size_limit 4096, kv_metadata {'{'}slipway_segment: {DuckDbSql.Literal(name)}{'}'})
                     """,
                    ct);
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
}
