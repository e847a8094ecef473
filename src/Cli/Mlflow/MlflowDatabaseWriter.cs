using Microsoft.Data.Sqlite;
using Slipway.Kernel;

namespace Slipway.Cli.Mlflow;

/// <summary>A new mlflow.db, written in one transaction beside its place and moved there when it is whole.</summary>
internal sealed class MlflowDatabaseWriter : IDisposable
{
    private readonly string _file;
    private readonly string _part;
    private readonly SqliteConnection _connection;
    private readonly SqliteTransaction _transaction;
    private readonly Dictionary<string, SqliteCommand> _inserts = [];

    public MlflowDatabaseWriter(string file)
    {
        (_file, _part) = (file, file + ".part");
        if (Path.Exists(file))
            throw SlipwayException.Invalid($"{file} is there already; name a new file, since a database is not written twice.");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.Delete(_part);
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _part, Pooling = false, ForeignKeys = false }.ToString());
        _connection.Open();
        _transaction = _connection.BeginTransaction();
        using var schema = new StreamReader(typeof(MlflowDatabaseWriter).Assembly.GetManifestResourceStream("mlflow-schema.sql")!);
        using var command = _connection.CreateCommand();
        command.CommandText = schema.ReadToEnd();
        command.ExecuteNonQuery();
    }

    /// <summary>Adds a row; one whose key is there already stays as it is.</summary>
    public void Insert(string table, params ReadOnlySpan<(string Column, object? Value)> values)
    {
        if (!_inserts.TryGetValue(table, out var insert))
            _inserts[table] = insert = Prepare(table, values);
        for (var i = 0; i < values.Length; i++)
            insert.Parameters[i].Value = values[i].Value ?? DBNull.Value;
        insert.ExecuteNonQuery();
    }

    public void Complete()
    {
        _transaction.Commit();
        _connection.Close();
        File.Move(_part, _file);
    }

    public void Dispose()
    {
        foreach (var insert in _inserts.Values)
            insert.Dispose();
        _transaction.Dispose();
        _connection.Dispose();
        File.Delete(_part);
    }

    private SqliteCommand Prepare(string table, ReadOnlySpan<(string Column, object? Value)> values)
    {
        var command = _connection.CreateCommand();
        var columns = new List<string>();
        foreach (var (column, _) in values)
        {
            columns.Add(column);
            command.Parameters.Add(new SqliteParameter("$" + column, null));
        }

        command.CommandText =
            $"insert or ignore into {table} ({string.Join(", ", columns)}) values ({string.Join(", ", columns.Select(column => "$" + column))})";
        return command;
    }
}
