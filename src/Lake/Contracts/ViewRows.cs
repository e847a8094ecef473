using Slipway.Engines.DuckDb;

namespace Slipway.Lake.Contracts;

/// <summary>Makes a table of records that are no files.</summary>
public static class ViewRows
{
    /// <summary>Writes the rows into a Parquet file; they pass through memory a few at a time.</summary>
    /// <param name="columns">Names and types in DuckDB's SQL: <c>run_id varchar, step bigint</c>.</param>
    /// <param name="rows">The cells of each row: text, whole and real numbers, DateTimeOffset or null.</param>
    /// <param name="file">The path of the file.</param>
    public static async Task<LakeTable> WriteAsync(
        this ILakeTables tables, string columns, IAsyncEnumerable<object?[]> rows, string file, CancellationToken ct)
    {
        using var connection = tables.Connect();
        connection.Execute($"create table rows ({columns})", ct);
        using (var appender = connection.Append("rows"))
        {
            await foreach (var row in rows.WithCancellation(ct))
            {
                foreach (var cell in row)
                    Append(appender, cell);
                appender.EndRow();
            }

            appender.Close();
        }

        connection.Execute($"copy rows to {DuckDbSql.Literal(file)} (format parquet)", ct);
        return new LakeTable($"read_parquet({DuckDbSql.Literals([file])})", [file]);
    }

    private static void Append(DuckDbAppender appender, object? cell) => _ = cell switch
    {
        string text => appender.Append(text),
        long number => appender.Append(number),
        double number => appender.Append(number),
        _ => appender.AppendValue(cell),
    };
}
