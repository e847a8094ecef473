using Slipway.Engines.DuckDb;

namespace Slipway.Etl.Databases;

/// <summary>"sales.orders" → "\"sales\".\"orders\"".</summary>
internal static class TableName
{
    public static string Quote(string name) => string.Join('.', name.Split('.').Select(DuckDbSql.Identifier));
}
