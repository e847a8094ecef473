using System.Data.Common;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Slipway.Bench;

/// <summary>The floor of log-batch: the same rows by a prepared insert each, one transaction per batch.</summary>
internal static class InsertLoop
{
    public const int PointsPerBatch = 1000;

    // The just-in-time compiler works on the side for the first seconds.
    public const int Warm = 200;

    /// <param name="database">The path of a new SQLite database, or a connection string of PostgreSQL.</param>
    public static double RowsPerSecond(string database, bool isPostgres, int keys, int batches)
    {
        using DbConnection connection = isPostgres ? new NpgsqlConnection(database) : new SqliteConnection("Data Source=" + database);
        connection.Open();
        Execute(connection, isPostgres
            ? """
              drop table if exists floor_points;
              create table floor_points (run bigint, key bigint, time bigint, step bigint, value double precision, primary key (run, key, time, step, value))
              """
            : """
              pragma journal_mode = wal; pragma synchronous = full;
              create table floor_points (run bigint, key bigint, time bigint, step bigint, value real, primary key (run, key, time, step, value)) without rowid
              """);
        using var command = connection.CreateCommand();
        command.CommandText = "insert into floor_points values (1, @key, @time, @step, @value)";
        var (key, time) = (Add(command, "key", 0L), Add(command, "time", 0L));
        var (step, value) = (Add(command, "step", 0L), Add(command, "value", 0.0));
        command.Prepare();
        var clock = new Stopwatch();
        for (var batch = 0; batch < Warm + batches; batch++)
        {
            if (batch == Warm)
                clock.Start();
            using var transaction = connection.BeginTransaction();
            command.Transaction = transaction;
            for (var i = 0; i < PointsPerBatch; i++)
            {
                (key.Value, time.Value) = ((long)(i % keys), Time(batch, i));
                (step.Value, value.Value) = ((long)(i / keys), i * 0.37);
                command.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        return batches * PointsPerBatch / clock.Elapsed.TotalSeconds;
    }

    public static long Time(int batch, int point) => 1_700_000_000_000 + (batch * PointsPerBatch) + point;

    private static DbParameter Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
        return parameter;
    }

    private static void Execute(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
