using Slipway.Engines.DuckDb;

namespace Slipway.Lake.Sql;

/// <summary>The formats of files that are tables, by their endings.</summary>
internal static class LakeFormats
{
    /// <summary>Of a version that has several, the first is its table.</summary>
    public static IReadOnlyList<string> All { get; } = [".parquet", ".csv", ".tsv", ".json", ".ndjson", ".jsonl"];

    /// <summary>Null: it is no table.</summary>
    public static string? Of(string path) => All.FirstOrDefault(format => Has(path, format));

    public static bool Has(string path, string format) =>
        path.EndsWith(format, StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(format + ".gz", StringComparison.OrdinalIgnoreCase)
        || path.EndsWith(format + ".zst", StringComparison.OrdinalIgnoreCase);

    public static string Compression(string path) =>
        path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? "gzip"
        : path.EndsWith(".zst", StringComparison.OrdinalIgnoreCase) ? "zstd"
        : "none";

    /// <summary>Blobs have no ending, so format and compression are said, not guessed.</summary>
    public static string Expression(string format, string compression, IEnumerable<string> files, IReadOnlyList<string> options)
    {
        var (function, packed) = format switch
        {
            ".parquet" => ("read_parquet", null),
            ".csv" or ".tsv" => ("read_csv", compression),
            // Its name for no compression is another one.
            _ => ("read_json", compression == "none" ? "uncompressed" : compression),
        };
        string[] named = ["union_by_name = true", .. packed is null ? [] : new[] { $"compression = '{packed}'" }, .. options];
        return $"{function}({string.Join(", ", [DuckDbSql.Literals(files), .. named])})";
    }
}
