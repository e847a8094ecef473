using Slipway.Data;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Training.Tables;

/// <summary>
/// The rows of an input that a step works on. The condition is the user's own SQL, so the connection sees the input's
/// files and nothing else.
/// </summary>
internal sealed class InputTable : IDisposable
{
    private readonly DuckDbConnection _connection;
    private readonly string _from;
    private readonly Dictionary<string, DuckDbType> _columns;

    private InputTable(DuckDbConnection connection, string from, Dictionary<string, DuckDbType> columns) =>
        (_connection, _from, _columns) = (connection, from, columns);

    public IReadOnlyCollection<string> Columns => _columns.Keys;

    /// <param name="where">A condition in SQL; null: all rows.</param>
    public static async Task<InputTable> OpenAsync(ILakeTables lake, Digest tree, string? where, CancellationToken ct)
    {
        var table = await lake.TableAsync(tree, ct);
        // The line breaks end a comment at the end of the condition.
        var from = where is null ? table.Expression : $"(select * from {table.Expression} where (\n{where}\n))";
        var connection = lake.ConnectSandboxed(table.Files, []);
        try
        {
            using var empty = connection.Query($"select * from {from} limit 0", ct);
            return new InputTable(
                connection, from, empty.Columns.ToDictionary(column => column.Name, column => column.Type, StringComparer.OrdinalIgnoreCase));
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <param name="role">What the column is to the step: "the label", "a feature".</param>
    public DuckDbType Type(string column, string role) => _columns.TryGetValue(column, out var type)
        ? type
        : throw SlipwayException.Invalid(
            $"The data has no column '{column}', which is {role}.{Nearest.Hint(column, Columns)} It has: {string.Join(", ", Columns)}.");

    /// <summary>The label as a number; text is refused.</summary>
    public string Label(string column)
    {
        var type = Type(column, "the label");
        return type.IsNumeric || type.Id == DuckDbTypeId.Boolean ? $"{DuckDbSql.Identifier(column)}::double" : throw SlipwayException.Invalid(
            $"The label '{column}' is {type}; make it a number in the step before: 0 and 1 for two classes.");
    }

    /// <summary>A point in time, or any number that grows with it, as a number.</summary>
    public string Time(string column)
    {
        var type = Type(column, "the time column");
        var name = DuckDbSql.Identifier(column);
        return type.IsNumeric ? $"{name}::double"
            : type.Id is DuckDbTypeId.Varchar or DuckDbTypeId.Boolean ? throw SlipwayException.Invalid(
                $"The time column '{column}' is {type}; it must be a date, a timestamp or a number.")
            : $"epoch_us({name}::timestamp)::double";
    }

    /// <summary>The expressions over all rows that have a label, in the order of the files.</summary>
    public DuckDbResult Select(IEnumerable<string> expressions, string label, CancellationToken ct) => _connection.Query(
        $"select {string.Join(", ", expressions)} from {_from} where {DuckDbSql.Identifier(label)} is not null", ct);

    public void Dispose() => _connection.Dispose();
}
