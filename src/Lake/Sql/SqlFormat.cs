using Slipway.Kernel;

namespace Slipway.Lake.Sql;

/// <summary>How the rows of a query are answered.</summary>
internal enum SqlFormat
{
    Json,
    NdJson,
    Csv,
    Parquet,
}

/// <summary>Reads the names of formats.</summary>
internal static class SqlFormats
{
    private static readonly string[] s_names = ["json", "ndjson", "csv", "parquet"];

    public static SqlFormat Parse(string text) => Array.IndexOf(s_names, text) is >= 0 and var index
        ? (SqlFormat)index
        : throw SlipwayException.Invalid($"'{text}' is no format of rows.{Nearest.Hint(text, s_names)} Known: {string.Join(", ", s_names)}.");
}
