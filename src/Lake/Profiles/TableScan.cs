using Slipway.Engines.DuckDb;
using Slipway.Lake.Contracts;
using Slipway.Statistics.Profiles;

namespace Slipway.Lake.Profiles;

/// <summary>Makes the profile of a table in one pass over its columns.</summary>
internal static class TableScan
{
    /// <summary>
    /// Columns are dealt out to as many readers as there are threads: Parquet keeps them apart, so that nothing is read
    /// twice. A table of text files is one reader's, because each reader would parse all of it.
    /// </summary>
    public static TableProfile Run(ILakeTables tables, LakeTable table, int threads, bool isColumnar, CancellationToken ct)
    {
        string[] columns;
        using (var connection = tables.ConnectSandboxed(table.Files, []))
            columns = [.. TableColumns.Read(connection, table.Expression, ct).Keys];
        RaggedRows.Refuse(table, columns);

        var shares = isColumnar ? Math.Clamp(Math.Min(threads, columns.Length), 1, 8) : 1;
        var found = new Dictionary<string, IReadOnlyList<ColumnProfile>>();
        var rows = 0L;
        var next = -1;
        Parallel.For(0, shares, new ParallelOptions { CancellationToken = ct, MaxDegreeOfParallelism = shares }, share =>
        {
            using var connection = tables.ConnectSandboxed(table.Files, []);
            while (Interlocked.Increment(ref next) is var index && index < (shares == 1 ? 1 : columns.Length))
            {
                var chosen = shares == 1 ? columns : [columns[index]];
                var (count, profiles) = Read(connection, table, chosen, ct);
                lock (found)
                {
                    rows = count;
                    for (var i = 0; i < chosen.Length; i++)
                        found[chosen[i]] = profiles[i];
                }
            }
        });
        var profile = new TableProfile([.. columns.SelectMany(column => found[column])]);
        profile.AddRows(rows);
        return profile;
    }

    private static (long Rows, List<List<ColumnProfile>> Profiles) Read(
        DuckDbConnection connection, LakeTable table, string[] columns, CancellationToken ct)
    {
        var names = string.Join(", ", columns.Select(DuckDbSql.Identifier));
        using var result = connection.Query($"select {names} from {table.Expression}", ct);
        var readers = columns.Select((column, index) => ColumnReader.For(column, result.Columns[index].Type)).ToArray();
        var rows = 0L;
        foreach (var chunk in result.Chunks())
        {
            rows += chunk.RowCount;
            for (var i = 0; i < readers.Length; i++)
                readers[i].Add(chunk.Column(i), 0, chunk.RowCount);
        }

        return (rows, [.. readers.Select(reader => reader.Profiles.ToList())]);
    }
}
