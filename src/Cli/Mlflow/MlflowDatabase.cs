using System.Globalization;
using Microsoft.Data.Sqlite;
using Slipway.Kernel;

namespace Slipway.Cli.Mlflow;

/// <summary>An mlflow.db, of whatever version: a column or table that it has not is read as if it were empty.</summary>
internal sealed class MlflowDatabase : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, HashSet<string>> _columns = [];

    public MlflowDatabase(string file)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        try
        {
            _connection.Open();
            foreach (var table in Names("select name from sqlite_master where type = 'table'"))
                _columns[table] = [.. Names($"select name from pragma_table_info('{table.Replace("'", "''", StringComparison.Ordinal)}')")];
        }
        catch (SqliteException exception)
        {
            _connection.Dispose();
            throw SlipwayException.Invalid($"{file} cannot be read as a SQLite database: {exception.Message}");
        }

        if (!Has("experiments") || !Has("runs"))
        {
            _connection.Dispose();
            throw SlipwayException.Invalid($"{file} is no database of MLflow: it has no tables 'experiments' and 'runs'.");
        }
    }

    public IEnumerable<string> Tables => _columns.Keys;

    public bool Has(string table) => _columns.ContainsKey(table);

    public bool Has(string table, string column) => _columns.GetValueOrDefault(table)?.Contains(column) == true;

    public long Count(string table)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = $"select count(*) from \"{table.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>The rows where these columns have these values; what is compared must exist, what is read need not.</summary>
    public IEnumerable<Row> Read(string table, string columns, string order, params IReadOnlyList<(string Column, object Value)> where)
    {
        if (!Has(table) || where.Any(condition => !Has(table, condition.Column)))
            yield break;
        var names = columns.Split(", ");
        using var command = _connection.CreateCommand();
        command.CommandText = $"select {string.Join(", ", names.Select(name => Has(table, name) ? $"\"{name}\"" : "null"))} from \"{table}\"";
        for (var i = 0; i < where.Count; i++)
        {
            command.CommandText += $" {(i == 0 ? "where" : "and")} \"{where[i].Column}\" = $p{i}";
            command.Parameters.AddWithValue($"$p{i}", where[i].Value);
        }

        if (order.Length > 0)
            command.CommandText += $" order by {order}";
        using var reader = command.ExecuteReader();
        while (reader.Read())
            yield return new Row(names, [.. names.Select((_, i) => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
    }

    /// <summary>One number for each name: how many rows of a table.</summary>
    public Dictionary<string, long> CountBy(string table, string name, string column, object value)
    {
        var counts = new Dictionary<string, long>();
        using var command = _connection.CreateCommand();
        command.CommandText = $"select \"{name}\", count(*) from \"{table}\" where \"{column}\" = $value group by \"{name}\"";
        command.Parameters.AddWithValue("$value", value);
        using var reader = command.ExecuteReader();
        while (reader.Read())
            counts[reader.GetString(0)] = reader.GetInt64(1);
        return counts;
    }

    public void Dispose() => _connection.Dispose();

    private List<string> Names(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var names = new List<string>();
        while (reader.Read())
            names.Add(reader.GetString(0));
        return names;
    }

    /// <summary>A row by the names that were asked for.</summary>
    internal sealed class Row(string[] names, object?[] values)
    {
        public string? Text(string name) => Convert.ToString(this[name], CultureInfo.InvariantCulture) is { } text && this[name] is not null ? text : null;

        public long? Number(string name) => this[name] is null ? null : Convert.ToInt64(this[name], CultureInfo.InvariantCulture);

        public double? Real(string name) => this[name] is null ? null : Convert.ToDouble(this[name], CultureInfo.InvariantCulture);

        private object? this[string name] => values[Array.IndexOf(names, name)];
    }
}
