using Slipway.Data;

namespace Slipway.Tracking.Contracts.Filters;

/// <summary>Texts in the order of their characters' codes, as SQLite has it, on both databases.</summary>
public static class TextOrder
{
    public static string Of(Dialect dialect, string column) =>
        dialect.Provider == DatabaseProvider.Postgres ? $"{column} collate \"C\"" : column;
}
