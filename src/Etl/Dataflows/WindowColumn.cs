using System.Globalization;
using System.Numerics;
using Slipway.Engines.DuckDb;
using Slipway.Etl.Sources;
using Slipway.Kernel;
using Slipway.Lake.Contracts;

namespace Slipway.Etl.Dataflows;

/// <summary>The column by which the rows of a source belong to a window: each row has a value there that can be compared with its bounds.</summary>
internal sealed class WindowColumn
{
    private readonly DuckDbConnection _connection;
    private readonly DataflowSource _source;
    private readonly string _name;

    private WindowColumn(DuckDbConnection connection, DataflowSource source, string name, string type) =>
        (_connection, _source, _name, Type) = (connection, source, name, type);

    public string Type { get; }

    private bool IsWhole => Type.EndsWith("INT", StringComparison.Ordinal) || Type.EndsWith("INTEGER", StringComparison.Ordinal)
        || (Type.StartsWith("DECIMAL(", StringComparison.Ordinal) && Type.EndsWith(",0)", StringComparison.Ordinal));

    public static WindowColumn Of(DuckDbConnection connection, DataflowSource source, DataWindow window, CancellationToken ct)
    {
        var name = window.Column!;
        var columns = TableColumns.Read(connection, source.Table.Expression, ct);
        if (!columns.TryGetValue(name, out var type))
            throw SlipwayException.Invalid($"The source {source.Name} has no column '{name}' for the window.{Nearest.Hint(name, columns.Keys)}");
        var column = new WindowColumn(connection, source, name, type);
        if (type != "VARCHAR" && column.IsWhole != window.From.IsNumber)
        {
            throw SlipwayException.Invalid(
                $"The column '{name}' of the source {source.Name} is {type}, and the window goes by "
                + (window.From.IsNumber ? "whole numbers; begin it at a time, or choose another column." : "time; begin it at a whole number, or choose another column."));
        }

        var without = connection.QueryScalar<long>(
            $"select count(*) from {source.Table.Expression} where {DuckDbSql.Identifier(name)} is null", ct);
        return without == 0
            ? column
            : throw SlipwayException.Invalid($"{without:N0} rows of the source {source.Name} have no '{name}' and so belong to no window.");
    }

    /// <summary>The window with an end: behind the greatest number there is, less the delay.</summary>
    public DataWindow Close(DataWindow window, CancellationToken ct)
    {
        if (window.To is not null)
            return window;
        var greatest = _connection.QueryScalar<string>(
            $"select max({DuckDbSql.Identifier(_name)}::hugeint)::varchar from {_source.Table.Expression} where {window.Condition(Type)}", ct);
        if (greatest is null)
            return window with { To = window.From };
        var end = BigInteger.Parse(greatest, CultureInfo.InvariantCulture) + 1 - window.Delay;
        return end <= long.MaxValue
            ? window with { To = WindowBound.At(end > (long)window.From.Value ? (long)end : (long)window.From.Value) }
            : throw SlipwayException.Invalid($"The source {_source.Name} has {greatest} in '{_name}', and a watermark is a whole number of 64 bits.");
    }
}
