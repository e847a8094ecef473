using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Slipway.Tracking.Contracts.Filters;

namespace Slipway.Tracking.Search;

/// <summary>What the extended grammar needs and SQLite lacks: regular expressions, and whether a text is a number.</summary>
internal static class SqliteFunctions
{
    public const string IsNumber = "slipway_is_number";

    public static void AddTo(DbConnection connection)
    {
        if (connection is not SqliteConnection sqlite)
            return;

        sqlite.CreateFunction(
            "regexp",
            (string? pattern, string? text) =>
                pattern is not null && text is not null && Regex.IsMatch(text, pattern, FilterRegex.Options),
            isDeterministic: true);
        sqlite.CreateFunction(
            IsNumber,
            (string? text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
                && double.IsFinite(number),
            isDeterministic: true);
    }
}
