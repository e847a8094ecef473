namespace Slipway.Engines.DuckDb;

/// <summary>Quotes names and texts for the places in SQL where no parameter may stand.</summary>
public static class DuckDbSql
{
    /// <summary>"order" → "\"order\"".</summary>
    public static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>"it's" → "'it''s'".</summary>
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>['a.parquet', 'b.parquet'], for read_parquet and its like.</summary>
    public static string Literals(IEnumerable<string> texts) => $"[{string.Join(", ", texts.Select(Literal))}]";
}
