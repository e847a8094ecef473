using System.Text.RegularExpressions;
using Slipway.Engines.DuckDb;
using Slipway.Kernel;

namespace Slipway.Lake.Contracts;

/// <summary>The columns of a table, and how they differ from those that somebody declared.</summary>
public static partial class TableColumns
{
    /// <summary>Names and DuckDB types in the table's order.</summary>
    public static IReadOnlyDictionary<string, string> Read(DuckDbConnection connection, string table, CancellationToken ct)
    {
        using var result = connection.Query($"describe select * from {table}", ct);
        var columns = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, type) in result.Read(row => (row.Get<string>(0)!, row.Get<string>(1)!)))
            columns[name] = type;
        return columns;
    }

    /// <summary>A sentence for each column that is missing, of another type, or more than was declared.</summary>
    /// <param name="declared">SQL types by column: "timestamp", "bigint", "varchar"; "any" for whatever it is.</param>
    public static IReadOnlyList<string> Differences(
        DuckDbConnection connection,
        IReadOnlyDictionary<string, string> actual,
        IReadOnlyDictionary<string, string> declared,
        CancellationToken ct)
    {
        var found = new List<string>();
        foreach (var (name, type) in declared)
        {
            if (!actual.TryGetValue(name, out var there))
                found.Add($"column '{name}' is missing");
            else if (!Same(there, Canonical(connection, type, ct)))
                found.Add($"column '{name}' is {there} and not {type}");
        }

        var known = declared.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase);
        found.AddRange(actual.Keys.Where(name => !known.Contains(name)).Select(name => $"column '{name}' is not declared"));
        return found;
    }

    private static bool Same(string actual, string declared) =>
        declared == "any" || string.Equals(actual, declared, StringComparison.OrdinalIgnoreCase);

    // "text" → "VARCHAR", "datetime" → "TIMESTAMP": the engine knows its own aliases.
    private static string Canonical(DuckDbConnection connection, string type, CancellationToken ct)
    {
        if (type == "any")
            return type;
        if (!TypeName().IsMatch(type))
            throw SlipwayException.Invalid($"'{type}' is not an SQL type, such as bigint, double, varchar or timestamp.");
        try
        {
            return connection.QueryScalar<string>($"select typeof(cast(null as {type}))", ct)!;
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.EngineFailed)
        {
            throw new SlipwayException(
                ErrorCode.InvalidParameter, $"'{type}' is not an SQL type, such as bigint, double, varchar or timestamp.", exception);
        }
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_ ]*(\([0-9, ]+\))?(\[\])*\z")]
    private static partial Regex TypeName();
}
