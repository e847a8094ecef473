using System.Data.Common;
using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using Slipway.Engines.DuckDb;
using Slipway.Etl.Connections;
using Slipway.Etl.Steps;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Etl.Databases;

/// <summary>
/// <c>postgres</c>: a connection (azureml:NAME), or a secret of the vault, as <c>Host=…;Database=…;Username=…;Password=…</c> or
/// <c>postgres://user:password@host/database</c>.
/// </summary>
internal sealed class PostgresDatabase(IVault vault, OpenConnection connections) : ITableDatabase
{
    public string Name => "postgres";

    public string[] Fields { get; } = ["connection"];

    public bool ComparesTimes => true;

    public async Task<DbConnection> OpenAsync(StepContext step, SettingMap map, CancellationToken ct)
    {
        var named = map.Require("connection", "azureml:NAME of a connection, or the name of a secret that holds one");
        var (address, what) = OpenConnection.NameIn(named) is null
            ? (await SecretAsync(step, named, ct), $"secret '{named}'")
            : (await ConnectionAsync(step, named, ct), $"connection '{OpenConnection.NameIn(named)}'");
        var connection = new NpgsqlConnection(address);
        try
        {
            await connection.OpenAsync(ct);
            return connection;
        }
        catch (DbException exception)
        {
            await connection.DisposeAsync();
            throw new SlipwayException(
                ErrorCode.Unavailable, $"The database of {what} cannot be opened: {exception.Message.TrimEnd('.')}.", exception);
        }
    }

    public string TypeOf(DbColumn column)
    {
        var name = column.DataTypeName ?? "";
        if (name.EndsWith("[]", StringComparison.Ordinal))
            return Scalar(name[..^2], column) + "[]";
        return Scalar(name, column);
    }

    public string TypeFor(DuckDbType type) => type.Id switch
    {
        DuckDbTypeId.Boolean => "boolean",
        DuckDbTypeId.TinyInt or DuckDbTypeId.SmallInt or DuckDbTypeId.UTinyInt => "smallint",
        DuckDbTypeId.Integer or DuckDbTypeId.USmallInt => "integer",
        DuckDbTypeId.BigInt or DuckDbTypeId.UInteger => "bigint",
        DuckDbTypeId.UBigInt or DuckDbTypeId.HugeInt => "numeric(38)",
        DuckDbTypeId.Float => "real",
        DuckDbTypeId.Double => "double precision",
        DuckDbTypeId.Decimal => $"numeric({type.Width},{type.Scale})",
        DuckDbTypeId.Timestamp => "timestamp",
        DuckDbTypeId.TimestampTz => "timestamptz",
        DuckDbTypeId.Date => "date",
        DuckDbTypeId.Time => "time",
        DuckDbTypeId.Uuid => "uuid",
        DuckDbTypeId.Blob => "bytea",
        _ => "text",
    };

    public async Task LoadAsync(DbTransaction transaction, string table, DuckDbResult rows, CancellationToken ct)
    {
        var types = rows.Columns.Select(column => TypeFor(column.Type).Split('(')[0]).ToArray();
        var names = string.Join(", ", rows.Columns.Select(column => DuckDbSql.Identifier(column.Name)));
        await using var writer = await ((NpgsqlConnection)transaction.Connection!).BeginBinaryImportAsync(
            $"copy {table} ({names}) from stdin (format binary)", ct);
        foreach (var row in rows.Rows())
        {
            await writer.StartRowAsync(ct);
            for (var i = 0; i < row.Length; i++)
            {
                if (row[i] is { } value)
                    await writer.WriteAsync(Value(value, types[i]), Native(types[i]), ct);
                else
                    await writer.WriteNullAsync(ct);
            }
        }

        await writer.CompleteAsync(ct);
    }

    public SlipwayException Explain(DbException exception) => new(
        exception is PostgresException { SqlState: ['4' or '2', ..] } ? ErrorCode.InvalidParameter : ErrorCode.Unavailable,
        $"PostgreSQL: {((exception as PostgresException)?.MessageText ?? exception.Message).TrimEnd('.')}.",
        exception);

    private async Task<string> SecretAsync(StepContext step, string secret, CancellationToken ct) => Read(
        $"Secret '{secret}'",
        await vault.FindAsync(step.Caller, secret, ct) ?? throw SlipwayException.NotFound("Secret", secret),
        credentials: null);

    private async Task<string> ConnectionAsync(StepContext step, string reference, CancellationToken ct)
    {
        var found = await connections.FindAsync(step.Caller, reference, ct);
        return OpenConnection.DatabaseOf(found) == Name
            ? Read($"The target of connection '{found.Name}'", found.Target(), await connections.CredentialsAsync(found, ct))
            : throw SlipwayException.Invalid($"Connection '{found.Name}' is of type {found.Type}, and the source wants PostgreSQL.");
    }

    private static string Read(string what, string text, JsonObject? credentials)
    {
        try
        {
            var builder = Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "postgres" or "postgresql"
                ? Of(uri)
                : new NpgsqlConnectionStringBuilder(text);
            if (credentials?["username"]?.ToString() is { Length: > 0 } user)
                (builder.Username, builder.Password) = (user, credentials["password"]?.ToString());

            // Pools would outlive the step, and a password that was changed.
            (builder.Pooling, builder.Timezone, builder.ApplicationName) = (false, "UTC", "slipway");
            return builder.ConnectionString;
        }
        catch (ArgumentException)
        {
            // The engine's message would quote what it does not understand, and that may be a password.
            throw SlipwayException.Invalid(
                $"{what} is no connection to PostgreSQL: set it to Host=…;Database=…;Username=…;Password=… or postgres://user:password@host/database.");
        }
    }

    private static NpgsqlConnectionStringBuilder Of(Uri uri)
    {
        var user = uri.UserInfo.Split(':', 2);
        return new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : 5432,
            Database = Uri.UnescapeDataString(uri.AbsolutePath.Trim('/')),
            Username = Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
        };
    }

    private static string Scalar(string name, DbColumn column) => name.Split('(')[0] switch
    {
        "boolean" => "BOOLEAN",
        "smallint" => "SMALLINT",
        "integer" => "INTEGER",
        "bigint" or "oid" => "BIGINT",
        "real" => "FLOAT",
        "double precision" or "money" => "DOUBLE",
        // Without digits it has no fixed point; a double is what most people compute with.
        "numeric" => column is { NumericPrecision: > 0 and <= 38 and var digits, NumericScale: null or >= 0 } ? $"DECIMAL({digits},{column.NumericScale ?? 0})" : "DOUBLE",
        "timestamp without time zone" or "timestamp" => "TIMESTAMP",
        "timestamp with time zone" or "timestamptz" => "TIMESTAMP WITH TIME ZONE",
        "date" => "DATE",
        "time without time zone" or "time" => "TIME",
        "interval" => "INTERVAL",
        "uuid" => "UUID",
        "bytea" => "BLOB",
        _ => "VARCHAR",
    };

    private static NpgsqlDbType Native(string type) => type switch
    {
        "boolean" => NpgsqlDbType.Boolean,
        "smallint" => NpgsqlDbType.Smallint,
        "integer" => NpgsqlDbType.Integer,
        "bigint" => NpgsqlDbType.Bigint,
        "numeric" => NpgsqlDbType.Numeric,
        "real" => NpgsqlDbType.Real,
        "double precision" => NpgsqlDbType.Double,
        "timestamp" => NpgsqlDbType.Timestamp,
        "timestamptz" => NpgsqlDbType.TimestampTz,
        "date" => NpgsqlDbType.Date,
        "time" => NpgsqlDbType.Time,
        "uuid" => NpgsqlDbType.Uuid,
        "bytea" => NpgsqlDbType.Bytea,
        _ => NpgsqlDbType.Text,
    };

    private static object Value(object value, string type) => (type, value) switch
    {
        ("smallint", _) => Convert.ToInt16(value, null),
        ("integer", _) => Convert.ToInt32(value, null),
        ("bigint", _) => Convert.ToInt64(value, null),
        ("numeric", Int128 number) => (decimal)number,
        ("numeric", ulong number) => (decimal)number,
        ("numeric", string number) => decimal.Parse(number, System.Globalization.CultureInfo.InvariantCulture),
        ("timestamp", DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Unspecified),
        _ => value,
    };
}
