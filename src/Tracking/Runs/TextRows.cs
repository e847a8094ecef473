using System.Data.Common;
using Npgsql;
using Slipway.Data;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Runs;

/// <summary>Writes many tags or params of one run: one statement on PostgreSQL, one prepared statement on SQLite.</summary>
internal static class TextRows
{
    public const string SetTags =
        """
        insert into run_tags (run_no, key, value) {0}
        on conflict (run_no, key) do update set value = excluded.value
        """;

    public const string AddParams =
        """
        insert into params (run_no, key, value) {0}
        on conflict (run_no, key) do nothing
        """;

    /// <summary>The number of rows that were written. A key must not be there twice.</summary>
    public static Task<int> WriteAsync(
        DbTransaction tx, string statement, long runNo, IReadOnlyList<KeyValue> rows, CancellationToken ct)
    {
        if (rows.Count == 0)
            return Task.FromResult(0);

        // In the order of keys: two batches of one run lock the same rows in the same order.
        var sorted = rows.OrderBy(row => row.Key, StringComparer.Ordinal);
        if (tx is NpgsqlTransaction)
        {
            var sql = statement.Replace("{0}", "select @No, key, value from unnest(@Keys, @Values) as rows (key, value)", StringComparison.Ordinal);
            return tx.ExecuteAsync(
                sql,
                new { No = runNo, Keys = sorted.Select(row => row.Key).ToArray(), Values = sorted.Select(row => row.Value).ToArray() },
                ct);
        }

        return tx.ExecuteAsync(
            statement.Replace("{0}", "values (@No, @Key, @Value)", StringComparison.Ordinal),
            sorted.Select(row => new { No = runNo, row.Key, row.Value }).ToList(),
            ct);
    }
}
