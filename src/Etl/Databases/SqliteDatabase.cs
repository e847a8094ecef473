using System.Data.Common;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Slipway.Engines.DuckDb;
using Slipway.Etl.Steps;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Databases;

/// <summary><c>sqlite</c>: a database file on the machine that runs the step, in a datastore of type file.</summary>
internal sealed partial class SqliteDatabase(IDatastores datastores) : ITableDatabase
{
    public string Name => "sqlite";

    public string[] Fields { get; } = ["path"];

    // It keeps times as text, in whatever form they were put in.
    public bool ComparesTimes => false;

    public async Task<DbConnection> OpenAsync(StepContext step, SettingMap map, CancellationToken ct)
    {
        var path = map.Require("path", "the whole path of the database file");
        if (!Path.IsPathFullyQualified(path))
            throw map.Wrong("path", "a server has no current folder, so write the whole path");
        await datastores.DemandLocalFileAsync(step.Caller, path, ct);
        if (!File.Exists(path))
            throw new SlipwayException(ErrorCode.NotFound, $"The database '{path}' does not exist on the machine that runs the step.");
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
        }.ConnectionString);
        try
        {
            await connection.OpenAsync(ct);
            await using var probe = connection.CreateCommand();
            probe.CommandText = "select count(*) from sqlite_master";
            await probe.ExecuteScalarAsync(ct);
            return connection;
        }
        catch (SqliteException exception)
        {
            await connection.DisposeAsync();
            throw SlipwayException.Invalid($"'{path}' cannot be opened as a database of SQLite: {exception.Message.TrimEnd('.')}.");
        }
    }

    public string TypeOf(DbColumn column)
    {
        var declared = (column.DataTypeName ?? "").ToUpperInvariant();
        if (Decimal().Match(declared) is { Success: true } match)
            return $"DECIMAL({match.Groups[1].Value},{match.Groups[2].Value})";
        return declared switch
        {
            _ when declared.StartsWith("BOOL", StringComparison.Ordinal) => "BOOLEAN",
            "DATE" => "DATE",
            _ when declared.StartsWith("DATETIME", StringComparison.Ordinal) || declared.StartsWith("TIMESTAMP", StringComparison.Ordinal) => "TIMESTAMP",
            _ when declared.Contains("INT", StringComparison.Ordinal) => "BIGINT",
            _ when declared.Contains("BLOB", StringComparison.Ordinal) => "BLOB",
            _ when RealType().IsMatch(declared) => "DOUBLE",
            _ => "VARCHAR",
        };
    }

    public string TypeFor(DuckDbType type) => type.Id switch
    {
        DuckDbTypeId.Boolean => "boolean",
        DuckDbTypeId.Float or DuckDbTypeId.Double => "real",
        DuckDbTypeId.Decimal => $"decimal({type.Width},{type.Scale})",
        DuckDbTypeId.Timestamp or DuckDbTypeId.TimestampTz => "timestamp",
        DuckDbTypeId.Date => "date",
        DuckDbTypeId.Blob => "blob",
        _ when type.IsNumeric => "integer",
        _ => "text",
    };

    public async Task LoadAsync(DbTransaction transaction, string table, DuckDbResult rows, CancellationToken ct)
    {
        await using var insert = (SqliteCommand)transaction.Connection!.CreateCommand();
        insert.Transaction = (SqliteTransaction)transaction;
        var names = string.Join(", ", rows.Columns.Select(column => DuckDbSql.Identifier(column.Name)));
        insert.CommandText = $"insert into {table} ({names}) values ({string.Join(", ", rows.Columns.Select((_, i) => $"$p{i}"))})";
        var parameters = rows.Columns.Select((_, i) => insert.Parameters.AddWithValue($"$p{i}", DBNull.Value)).ToArray();
        foreach (var row in rows.Rows())
        {
            for (var i = 0; i < row.Length; i++)
                parameters[i].Value = Value(row[i]);
            await insert.ExecuteNonQueryAsync(ct);
        }
    }

    public SlipwayException Explain(DbException exception) => new(
        exception.Message.Contains("locked", StringComparison.Ordinal) ? ErrorCode.Unavailable : ErrorCode.InvalidParameter,
        $"SQLite: {exception.Message.TrimEnd('.')}.",
        exception);

    private static object Value(object? value) => value switch
    {
        null => DBNull.Value,
        DateTimeOffset time => time.UtcDateTime,
        Int128 number when number >= long.MinValue && number <= long.MaxValue => (long)number,
        Int128 number => number.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => value,
    };

    [GeneratedRegex(@"\A(?:DECIMAL|NUMERIC)\s*\(\s*([0-9]{1,2})\s*,\s*([0-9]{1,2})\s*\)\z")]
    private static partial Regex Decimal();

    [GeneratedRegex("REAL|FLOA|DOUB|NUMERIC|DECIMAL")]
    private static partial Regex RealType();
}
