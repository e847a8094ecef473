using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Tables;

/// <summary>Rows to look at, as a table of the run's engine.</summary>
internal sealed record DataTable
{
    private static readonly string[] s_numbers =
    [
        "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE",
    ];

    /// <summary>As it stands in SQL.</summary>
    public required string Name { get; init; }

    /// <summary>In words: the window, or the version of the asset.</summary>
    public required string Description { get; init; }

    /// <summary>The features with their columns.</summary>
    public required IReadOnlyDictionary<string, string> Features { get; init; }

    /// <summary>DuckDB's types by column.</summary>
    public required IReadOnlyDictionary<string, string> Types { get; init; }

    /// <summary>The column with the answer: a probability, or the number that was predicted.</summary>
    public string? Score { get; init; }

    public string? Label { get; init; }

    public required long Rows { get; init; }

    /// <summary>How many rows each deployment answered with each version of its model; the most first. Empty for an asset.</summary>
    public IReadOnlyList<(string Deployment, int Version, long Rows)> Answered { get; init; } = [];

    public FeatureType TypeOf(string column) => IsNumber(Types[column]) || IsTime(Types[column]) ? FeatureType.Numeric : FeatureType.Categorical;

    /// <summary>An expression that is a double or null, or a text or null.</summary>
    public string Expression(string column, FeatureType type)
    {
        var name = DuckDbSql.Identifier(column);
        if (type == FeatureType.Categorical)
            return $"cast({name} as varchar)";
        return IsTime(Types[column]) ? $"epoch({name})" : $"try_cast({name} as double)";
    }

    /// <summary>Values that are there and cannot be read as the type; "0" where all can.</summary>
    public string TypeErrors(string column, FeatureType type)
    {
        var own = TypeOf(column);
        var name = DuckDbSql.Identifier(column);
        return type == own ? "0"
            : type == FeatureType.Numeric ? $"count({name}) - count(try_cast({name} as double))"
            : $"count({name})";
    }

    /// <summary>A condition that a column has one of these values.</summary>
    public string Where(string feature, IEnumerable<string> values)
    {
        var column = Features.GetValueOrDefault(feature) ?? (Types.ContainsKey(feature) ? feature : null)
            ?? throw SlipwayException.Invalid(
                $"{Description} has no column '{feature}' to make segments of.{Nearest.Hint(feature, Features.Keys)} It has: {string.Join(", ", Features.Keys)}.");
        return $"cast({DuckDbSql.Identifier(column)} as varchar) in ({string.Join(", ", values.Select(DuckDbSql.Literal))})";
    }

    private static bool IsNumber(string type) => s_numbers.Contains(type) || type.StartsWith("DECIMAL", StringComparison.Ordinal);

    private static bool IsTime(string type) => type.StartsWith("TIMESTAMP", StringComparison.Ordinal) || type == "DATE";
}

/// <summary>Some rows of a table.</summary>
/// <param name="Where">Null: all.</param>
internal sealed record Slice(DataTable Table, string? Where)
{
    public string From => Where is null ? Table.Name : $"{Table.Name} where {Where}";
}
