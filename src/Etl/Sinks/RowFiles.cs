using Slipway.Engines.DuckDb;
using Slipway.Etl.Dataflows;
using Slipway.Etl.Sources;

namespace Slipway.Etl.Sinks;

/// <summary>Rows written to Parquet files in a scratch folder.</summary>
/// <param name="Files">Local files by their places below the folder.</param>
internal sealed record RowFiles(long Rows, IReadOnlyDictionary<string, string> Files)
{
    /// <param name="partitionBy">Columns whose values part the files; they stay in the files too, whose names the lake does not read.</param>
    public static RowFiles Write(
        DuckDbConnection connection, DataflowSource source, string query, DataWindow? window, IReadOnlyList<string> partitionBy, string folder,
        CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        var metadata = window is null ? "" : $", kv_metadata {{{Metadata(window)}}}";
        var parts = partitionBy.Count == 0 ? ""
            : $", partition_by ({string.Join(", ", partitionBy.Select(DuckDbSql.Identifier))}), write_partition_columns true";
        var target = partitionBy.Count == 0 ? Path.Combine(folder, "part.parquet") : folder;
        var rows = DataflowSources.Reading(source, () => connection.Execute(
            $"copy (\n{query}\n) to {DuckDbSql.Literal(target)} (format parquet, compression zstd{parts}{metadata})", ct));
        return new RowFiles(rows, Directory.EnumerateFiles(folder, "*.parquet", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(folder, file).Replace('\\', '/')));
    }

    private static string Metadata(DataWindow window)
    {
        var label = $"{DataWindow.LabelKey}: {DuckDbSql.Literal(window.Label)}";
        return window is { Column: not null, To: { IsNumber: false } end } ? $"{label}, {DataWindow.EndKey}: {DuckDbSql.Literal(end.Text)}" : label;
    }
}
