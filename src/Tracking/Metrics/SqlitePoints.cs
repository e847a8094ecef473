using Microsoft.Data.Sqlite;
using Slipway.Tracking.Runs;
using SQLitePCL;

namespace Slipway.Tracking.Metrics;

/// <summary>
/// Points into SQLite by its own API: a statement is prepared once, and its numbers are bound by position. Through
/// SqliteCommand the binding (by name, boxed) costs as much as the insert.
/// </summary>
internal static class SqlitePoints
{
    private const string InsertPoint =
        """
        insert into metrics (run_no, key_no, time, step, value, is_nan) values (?1, ?2, ?3, ?4, ?5, ?6)
        on conflict do nothing
        """;

    private const string UpsertLatest =
        """
        insert into latest_metrics (run_no, key_no, time, step, value, is_nan, experiment_id)
        values (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        on conflict (run_no, key_no) do update
        set value = excluded.value, is_nan = excluded.is_nan, step = excluded.step, time = excluded.time
        where (excluded.step, excluded.time, excluded.value, excluded.is_nan)
            > (latest_metrics.step, latest_metrics.time, latest_metrics.value, latest_metrics.is_nan)
        """;

    public static void Insert(SqliteConnection connection, RunRow run, ReadOnlySpan<StoredPoint> points)
    {
        using var statement = Prepare(connection, InsertPoint);
        raw.sqlite3_bind_int64(statement, 1, run.No);
        foreach (var point in InOrder(points))
            Step(connection, statement, point);
    }

    public static void Upsert(SqliteConnection connection, RunRow run, ReadOnlySpan<StoredPoint> points)
    {
        using var statement = Prepare(connection, UpsertLatest);
        raw.sqlite3_bind_int64(statement, 1, run.No);
        raw.sqlite3_bind_int64(statement, 7, run.ExperimentId);
        foreach (var point in points)
            Step(connection, statement, point);
    }

    // Neighbours in the table one after the other: else each point of keys in turn goes to another page.
    private static ReadOnlySpan<StoredPoint> InOrder(ReadOnlySpan<StoredPoint> points)
    {
        for (var i = 1; i < points.Length; i++)
        {
            if (Compare(points[i - 1], points[i]) <= 0)
                continue;
            var sorted = points.ToArray();
            Array.Sort(sorted, Compare);
            return sorted;
        }

        return points;
    }

    private static int Compare(StoredPoint a, StoredPoint b) => a.KeyNo != b.KeyNo ? a.KeyNo.CompareTo(b.KeyNo)
        : a.Time != b.Time ? a.Time.CompareTo(b.Time)
        : a.Step.CompareTo(b.Step);

    private static void Step(SqliteConnection connection, sqlite3_stmt statement, StoredPoint point)
    {
        raw.sqlite3_bind_int64(statement, 2, point.KeyNo);
        raw.sqlite3_bind_int64(statement, 3, point.Time);
        raw.sqlite3_bind_int64(statement, 4, point.Step);
        raw.sqlite3_bind_double(statement, 5, point.Value);
        raw.sqlite3_bind_int(statement, 6, point.IsNaN ? 1 : 0);
        var result = raw.sqlite3_step(statement);
        raw.sqlite3_reset(statement);
        if (result != raw.SQLITE_DONE)
            SqliteException.ThrowExceptionForRC(result, connection.Handle);
    }

    private static sqlite3_stmt Prepare(SqliteConnection connection, string sql)
    {
        var result = raw.sqlite3_prepare_v2(connection.Handle, sql, out var statement);
        SqliteException.ThrowExceptionForRC(result, connection.Handle);
        return statement;
    }
}
