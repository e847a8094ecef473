using Slipway.Engines.DuckDb;
using Slipway.Etl.Steps;

namespace Slipway.Etl.Sources;

/// <summary>How files are read by the engine. Contents have no endings, so all is said and only CSV's dialect guessed.</summary>
internal sealed record FileFormat(string Name)
{
    public string? Delimiter { get; init; }

    public IReadOnlyDictionary<string, string> Types { get; init; } = new Dictionary<string, string>();

    private IReadOnlyList<string> Options { get; init; } = [];

    public static FileFormat Of(string name, SettingMap map)
    {
        if (name != "csv")
            return new FileFormat(name);
        var options = new List<string>();
        if (map.Text("header") is not null)
            options.Add($"header = {map.Choice("header", "true", "false")}");
        if (map.Text("encoding") is { } encoding)
            options.Add($"encoding = {DuckDbSql.Literal(encoding)}");
        if (map.Text("null") is { } missing)
            options.Add($"nullstr = {DuckDbSql.Literal(missing)}");
        return new FileFormat(name) { Delimiter = map.Text("delimiter"), Options = options };
    }

    /// <summary>All files as one table, columns matched by name.</summary>
    /// <param name="names">The name of each local file.</param>
    public string Expression(IReadOnlyDictionary<string, string> names)
    {
        var parts = names.GroupBy(file => Compression(file.Value), file => file.Key).Select(files => Expression(files.Key, files)).ToList();
        return parts is [var one] ? one : $"({string.Join(" union all by name ", parts.Select(part => $"select * from {part}"))})";
    }

    private string Expression(string compression, IEnumerable<string> files)
    {
        var list = DuckDbSql.Literals(files);
        return Name switch
        {
            "parquet" => $"read_parquet({list}, union_by_name = true)",
            "csv" => $"read_csv({string.Join(", ", [list, "union_by_name = true", $"compression = '{compression}'", .. Csv()])})",
            _ => $"read_json({list}, union_by_name = true, compression = '{(compression == "none" ? "uncompressed" : compression)}', sample_size = -1)",
        };
    }

    private IEnumerable<string> Csv()
    {
        if (Delimiter is not null)
            yield return $"delim = {DuckDbSql.Literal(Delimiter)}";
        foreach (var option in Options)
            yield return option;
        if (Types.Count > 0)
            yield return $"types = {{{string.Join(", ", Types.Select(type => $"{DuckDbSql.Literal(type.Key)}: {DuckDbSql.Literal(type.Value)}"))}}}";
    }

    private static string Compression(string path) =>
        path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? "gzip"
        : path.EndsWith(".zst", StringComparison.OrdinalIgnoreCase) ? "zstd"
        : "none";
}
