using System.Data.Common;
using Microsoft.Data.SqlClient;
using Slipway.Etl.Steps;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;

namespace Slipway.Etl.Databases;

/// <summary>
/// <c>sqlserver</c>: SQL Server and Azure SQL, by a connection (azureml:NAME) or a secret of the vault, as
/// <c>Server=…;Database=…;User ID=…;Password=…</c>. It is read only.
/// </summary>
internal sealed class SqlServerDatabase(DatabaseAddress addresses) : IDatabaseReader
{
    public string Name => "sqlserver";

    public string[] Fields { get; } = ["connection"];

    public bool ComparesTimes => true;

    public async Task<DbConnection> OpenAsync(StepContext step, SettingMap map, CancellationToken ct)
    {
        var address = await addresses.FindAsync(step, map, Name, "SQL Server", ct);
        var connection = new SqlConnection(Read(address));
        try
        {
            await connection.OpenAsync(ct);
            return connection;
        }
        catch (Exception exception) when (exception is DbException or InvalidOperationException or ArgumentException)
        {
            await connection.DisposeAsync();
            throw new SlipwayException(
                ErrorCode.Unavailable, $"The database of {address.What} cannot be opened: {FirstLine(exception).TrimEnd('.')}.", exception);
        }
    }

    public string TypeOf(DbColumn column) => (column.DataTypeName ?? "").ToLowerInvariant() switch
    {
        "bit" => "BOOLEAN",
        "tinyint" => "UTINYINT",
        "smallint" => "SMALLINT",
        "int" => "INTEGER",
        "bigint" => "BIGINT",
        "real" => "FLOAT",
        "float" => "DOUBLE",
        "money" => "DECIMAL(19,4)",
        "smallmoney" => "DECIMAL(10,4)",
        "decimal" or "numeric" => $"DECIMAL({column.NumericPrecision ?? 18},{column.NumericScale ?? 0})",
        "date" => "DATE",
        "datetime" or "datetime2" or "smalldatetime" => "TIMESTAMP",
        "datetimeoffset" => "TIMESTAMP WITH TIME ZONE",
        "time" => "TIME",
        "uniqueidentifier" => "UUID",
        "binary" or "varbinary" or "image" or "timestamp" or "rowversion" => "BLOB",
        _ => "VARCHAR",
    };

    // Up to class 16 a statement is at fault, above it the server or the way to it.
    public SlipwayException Explain(DbException exception) => new(
        exception is SqlException { Class: > 0 and <= 16 } ? ErrorCode.InvalidParameter : ErrorCode.Unavailable,
        $"SQL Server: {FirstLine(exception).TrimEnd('.')}.",
        exception);

    private static string Read(DatabaseAddress.Found address)
    {
        try
        {
            var builder = new SqlConnectionStringBuilder(address.Text);
            if (address.Credentials?["username"]?.ToString() is { Length: > 0 } user)
                (builder.UserID, builder.Password) = (user, address.Credentials["password"]?.ToString() ?? "");
            if (builder.DataSource.Length == 0)
                throw new ArgumentException("No server.");

            // Pools would outlive the step, and a password that was changed.
            (builder.Pooling, builder.ApplicationName) = (false, "slipway");
            return builder.ConnectionString;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            // The engine's message would quote what it does not understand, and that may be a password.
            throw SlipwayException.Invalid(
                $"{char.ToUpperInvariant(address.What[0])}{address.What[1..]} is no connection to SQL Server: set it to Server=…;Database=…;User ID=…;Password=….");
        }
    }

    private static string FirstLine(Exception exception) => exception.Message.Split('\n')[0].TrimEnd();
}
