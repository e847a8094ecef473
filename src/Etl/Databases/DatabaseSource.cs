using System.Data.Common;
using Slipway.Engines.DuckDb;
using Slipway.Etl.Dataflows;
using Slipway.Etl.Sources;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Databases;

/// <summary>
/// A table or query of a database, streamed into a Parquet file of the step with the types it has there. A window is asked for in
/// the database itself, where that compares such values.
/// </summary>
internal sealed class DatabaseSource(ITableDatabase database, ILakeTables tables) : ISourceKind
{
    public string Name => database.Name;

    public string[] Fields { get; } = [.. database.Fields, "table", "query"];

    public async Task<DataflowSource> OpenAsync(SourceRequest request, CancellationToken ct)
    {
        var (table, query) = (request.Map.Text("table"), request.Map.Text("query"));
        if (table is null == query is null)
            throw SlipwayException.Invalid("source has either table or query.");
        var name = table is null ? $"the query of {Name}" : $"table {table}";
        await using var connection = await database.OpenAsync(request.Step, request.Map, ct);
        var file = Path.Combine(request.Step.WorkFolder, "source.parquet");
        try
        {
            await using var command = Command(connection, query ?? $"select * from {TableName.Quote(table!)}", request.Window);
            await using var reader = await command.ExecuteReaderAsync(ct);
            await CopyAsync(reader, name, file, ct);
        }
        catch (DbException exception)
        {
            var refusal = database.Explain(exception);
            throw new SlipwayException(refusal.Code, $"The source {name} cannot be read: {refusal.Message}", exception);
        }

        var node = $"table:{Name}/{connection.Database}/{table ?? "query"}".Replace("@", "%40", StringComparison.Ordinal);
        request.Step.Read(node);
        return new DataflowSource(name, Name, new LakeTable($"read_parquet({DuckDbSql.Literal(file)})", [file]), node);
    }

    private DbCommand Command(DbConnection connection, string query, DataWindow? window)
    {
        var command = connection.CreateCommand();
        command.CommandText = Steps.SqlText.Single(query);
        command.CommandTimeout = 0;
        if (window?.Column is not { } column || !(database.ComparesTimes || window.From.IsNumber))
            return command;
        var name = DuckDbSql.Identifier(column);
        var end = window.To?.Value ?? window.Limit;
        command.CommandText = $"select * from (\n{command.CommandText}\n) as source where {name} >= @window_from{(end is null ? "" : $" and {name} < @window_to")}";
        Add(command, "window_from", window.From.Value);
        if (end is not null)
            Add(command, "window_to", end);
        return command;
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }

    private async Task CopyAsync(DbDataReader reader, string name, string file, CancellationToken ct)
    {
        var columns = await reader.GetColumnSchemaAsync(ct);
        using var connection = tables.Connect();
        var definitions = columns.Select(column => $"{DuckDbSql.Identifier(column.ColumnName)} {database.TypeOf(column)}");
        connection.Execute($"create table source ({string.Join(", ", definitions)})", ct);
        await FillAsync(connection, reader, name, columns, ct);
        connection.Execute($"copy source to {DuckDbSql.Literal(file)} (format parquet, compression zstd)", ct);
    }

    private static async Task FillAsync(
        DuckDbConnection connection, DbDataReader reader, string name, IReadOnlyList<DbColumn> columns, CancellationToken ct)
    {
        using var appender = connection.Append("source");
        var (row, column) = (0L, 0);
        try
        {
            while (await reader.ReadAsync(ct))
            {
                row++;
                for (column = 0; column < columns.Count; column++)
                    Append(appender, reader.GetValue(column));
                appender.EndRow();
            }
        }
        catch (Exception exception) when (exception is InvalidCastException or OverflowException or FormatException or ArgumentException
            or SlipwayException { Code: ErrorCode.EngineFailed })
        {
            throw new SlipwayException(
                ErrorCode.InvalidParameter,
                $"The source {name} cannot be read: row {row}, column '{columns[Math.Min(column, columns.Count - 1)].ColumnName}': {exception.Message.TrimEnd('.')}. Cast it in source.query.",
                exception);
        }

        appender.Close();
    }

    private static void Append(DuckDbAppender appender, object value) => _ = value switch
    {
        DBNull => appender.AppendNull(),
        long number => appender.Append(number),
        int number => appender.Append(number),
        double number => appender.Append(number),
        float number => appender.Append(number),
        bool flag => appender.Append(flag),
        string text => appender.Append(text),
        // PostgreSQL's "with time zone", which is read as UTC.
        DateTime { Kind: DateTimeKind.Utc } time => appender.AppendValue(new DateTimeOffset(time)),
        _ => appender.AppendValue(value),
    };
}
