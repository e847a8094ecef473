using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;
using Slipway.Data;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Metrics;

/// <summary>The series of metrics, and the latest point of each.</summary>
internal sealed class MetricStore(Database database)
{
    // In the order of the key: two batches with the same points wait for each other and never in a circle.
    private const string InsertPoints =
        """
        insert into metrics (run_no, key_no, time, step, value, is_nan)
        select $1, key_no, time, step, value, is_nan
        from unnest($2, $3, $4, $5, $6) as points (key_no, time, step, value, is_nan)
        order by key_no, time, step, value, is_nan
        on conflict do nothing
        """;

    private const string UpsertLatest =
        """
        insert into latest_metrics (run_no, experiment_id, key_no, time, step, value, is_nan)
        select $1, $7, key_no, time, step, value, is_nan
        from unnest($2, $3, $4, $5, $6) as points (key_no, time, step, value, is_nan)
        on conflict (run_no, key_no) do update
        set value = excluded.value, is_nan = excluded.is_nan, step = excluded.step, time = excluded.time
        where (excluded.step, excluded.time, excluded.value, excluded.is_nan)
            > (latest_metrics.step, latest_metrics.time, latest_metrics.value, latest_metrics.is_nan)
        """;

    /// <summary>Adds the points that are not there yet and keeps the latest ones right.</summary>
    public static async Task AddAsync(DbTransaction tx, RunRow run, ReadOnlyMemory<StoredPoint> points, CancellationToken ct)
    {
        if (points.IsEmpty)
            return;
        if (tx.Connection is SqliteConnection sqlite)
        {
            SqlitePoints.Insert(sqlite, run, points.Span);
            SqlitePoints.Upsert(sqlite, run, StoredPoint.LatestOf(points.Span));
            return;
        }

        await using var batch = new NpgsqlBatch((NpgsqlConnection)tx.Connection!, (NpgsqlTransaction)tx);
        batch.BatchCommands.Add(Command(InsertPoints, run, points.Span));
        var upsert = Command(UpsertLatest, run, StoredPoint.LatestOf(points.Span));
        upsert.Parameters.Add(new NpgsqlParameter<long> { TypedValue = run.ExperimentId });
        batch.BatchCommands.Add(upsert);
        await batch.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The latest point of a metric of a run.</summary>
    public async Task<StoredPoint?> LastAsync(long runNo, long keyNo, CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        await using var command = connection.CreateCommand();
        command.CommandText = "select time, step, value, is_nan from latest_metrics where run_no = @Run and key_no = @Key";
        Add(command, "Run", runNo);
        Add(command, "Key", keyNo);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? new StoredPoint(keyNo, reader.GetInt64(0), reader.GetInt64(1), reader.GetDouble(2), reader.GetBoolean(3))
            : null;
    }

    /// <summary>The latest point of a metric in the newest runs of an experiment, newest run first.</summary>
    public async Task<IReadOnlyList<(string RunId, StoredPoint Point)>> LastOfExperimentAsync(long experimentId, long keyNo, int most, CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        await using var command = connection.CreateCommand();
        command.CommandText =
            """
            select r.id, m.time, m.step, m.value, m.is_nan from latest_metrics m join runs r on r.no = m.run_no
            where m.experiment_id = @Experiment and m.key_no = @Key and r.deleted = false
            order by r.started_at desc, r.id limit @Limit
            """;
        Add(command, "Experiment", experimentId);
        Add(command, "Key", keyNo);
        Add(command, "Limit", (long)most);
        var found = new List<(string, StoredPoint)>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            found.Add((reader.GetString(0), new StoredPoint(keyNo, reader.GetInt64(1), reader.GetInt64(2), reader.GetDouble(3), reader.GetBoolean(4))));
        return found;
    }

    /// <summary>The points of one metric from an offset on, by time, step and value; as they are read.</summary>
    public async IAsyncEnumerable<StoredPoint> ReadAsync(
        long runNo, long keyNo, StoredPoint? after, long limit, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var connection = await database.OpenAsync(ct);
        await using var command = connection.CreateCommand();
        command.CommandText =
            $"""
            select key_no, time, step, value, is_nan from metrics
            where run_no = @Run and key_no = @Key
            {(after is null ? "" : "and (time, step, value, is_nan) > (@Time, @Step, @Value, @IsNaN)")}
            order by time, step, value, is_nan
            limit @Limit
            """;
        Add(command, "Run", runNo);
        Add(command, "Key", keyNo);
        Add(command, "Limit", limit);
        if (after is { } last)
        {
            Add(command, "Time", last.Time);
            Add(command, "Step", last.Step);
            Add(command, "Value", last.Value);
            Add(command, "IsNaN", last.IsNaN);
        }

        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            yield return new StoredPoint(
                reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetDouble(3), reader.GetBoolean(4));
        }
    }

    public Task<long> CountAsync(long runNo, long keyNo, CancellationToken ct) => database.FindAsync<long>(
        "select count(*) from metrics where run_no = @Run and key_no = @Key", new { Run = runNo, Key = keyNo }, ct);

    /// <summary>The steps at which there are points, ascending.</summary>
    public Task<IReadOnlyList<long>> StepsAsync(long runNo, long keyNo, long? from, long? to, CancellationToken ct) =>
        database.QueryAsync<long>(
            """
            select distinct step from metrics
            where run_no = @Run and key_no = @Key and step >= @From and step <= @To
            order by step
            """,
            new { Run = runNo, Key = keyNo, From = from ?? long.MinValue, To = to ?? long.MaxValue },
            ct);

    /// <summary>The points at these steps, by step and time.</summary>
    public async Task<IReadOnlyList<StoredPoint>> AtStepsAsync(
        long runNo, long keyNo, IReadOnlyList<long> steps, CancellationToken ct)
    {
        var points = new List<StoredPoint>();
        foreach (var chunk in steps.Chunk(500))
        {
            var rows = await database.QueryAsync<PointRow>(
                $"""
                select key_no, time, step, value, is_nan from metrics
                where run_no = @Run and key_no = @Key and {database.Dialect.AnyOf("step", "@Steps")}
                """,
                new { Run = runNo, Key = keyNo, Steps = chunk },
                ct);
            points.AddRange(rows.Select(row => new StoredPoint(row.KeyNo, row.Time, row.Step, row.Value, row.IsNan)));
        }

        return [.. points.OrderBy(point => (point.Step, point.Time, point.Value))];
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }

    private static NpgsqlBatchCommand Command(string sql, RunRow run, ReadOnlySpan<StoredPoint> points)
    {
        var keys = new long[points.Length];
        var times = new long[points.Length];
        var steps = new long[points.Length];
        var values = new double[points.Length];
        var marks = new bool[points.Length];
        for (var i = 0; i < points.Length; i++)
            (keys[i], times[i], steps[i], values[i], marks[i]) = points[i];

        return new NpgsqlBatchCommand(sql)
        {
            Parameters =
            {
                new NpgsqlParameter<long> { TypedValue = run.No },
                new NpgsqlParameter<long[]> { TypedValue = keys, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new NpgsqlParameter<long[]> { TypedValue = times, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new NpgsqlParameter<long[]> { TypedValue = steps, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new NpgsqlParameter<double[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Double },
                new NpgsqlParameter<bool[]> { TypedValue = marks, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Boolean },
            },
        };
    }

    private sealed record PointRow
    {
        public required long KeyNo { get; init; }

        public required long Time { get; init; }

        public required long Step { get; init; }

        public required double Value { get; init; }

        public required bool IsNan { get; init; }
    }
}
