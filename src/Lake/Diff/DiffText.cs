using System.Globalization;
using System.Text;

namespace Slipway.Lake.Diff;

/// <summary>A difference for a terminal, with the signs of diff.</summary>
internal static class DiffText
{
    private const int MostFiles = 50;

    public static string Write(DataDiff diff)
    {
        var text = new StringBuilder();
        Line(text, $"{diff.From} → {diff.To}");
        Files(text, diff.Files);
        if (diff.Table is { } table)
        {
            Columns(text, table.Columns);
            Rows(text, table.Rows);
            Statistics(text, table.Statistics);
        }

        return text.ToString();
    }

    private static void Files(StringBuilder text, FilesDiff files)
    {
        Line(text, $"\nfiles: {files.Added.Count} added, {files.Removed.Count} removed, {files.Changed.Count} changed, {files.Moved.Count} moved, {files.Same} the same");
        var lines = files.Added.Select(file => $"  + {file.Path} ({file.Size} bytes)")
            .Concat(files.Removed.Select(file => $"  - {file.Path} ({file.Size} bytes)"))
            .Concat(files.Changed.Select(file => $"  ~ {file.Path} ({file.SizeBefore} → {file.SizeAfter} bytes)"))
            .Concat(files.Moved.Select(file => $"  > {file.From} → {file.To}"))
            .ToList();
        foreach (var line in lines.Take(MostFiles))
            Line(text, $"{line}");
        if (lines.Count > MostFiles)
            Line(text, $"  … and {lines.Count - MostFiles} more");
    }

    private static void Columns(StringBuilder text, ColumnsDiff columns)
    {
        Line(text, $"\ncolumns: {columns.Added.Count} added, {columns.Removed.Count} removed, {columns.Retyped.Count} of another type");
        foreach (var column in columns.Added)
            Line(text, $"  + {column.Name} {column.Type}");
        foreach (var column in columns.Removed)
            Line(text, $"  - {column.Name} {column.Type}");
        foreach (var column in columns.Retyped)
            Line(text, $"  ~ {column.Name} {column.TypeBefore} → {column.TypeAfter}");
    }

    private static void Rows(StringBuilder text, RowsDiff rows)
    {
        var how = rows.Key.Count == 0 ? "without a key" : $"by {string.Join(", ", rows.Key)}";
        var changed = rows.Changed is { } count ? $", {count:N0} changed" : "";
        Line(text, $"\nrows {how}: {rows.Before:N0} → {rows.After:N0}; {rows.Added:N0} added, {rows.Removed:N0} removed{changed}, {rows.Same:N0} the same");
        foreach (var (column, times) in rows.ChangedByColumn.OrderByDescending(pair => pair.Value))
            Line(text, $"  ~ {column} in {times:N0} rows");
    }

    private static void Statistics(StringBuilder text, IReadOnlyList<ColumnShift> columns)
    {
        Line(text, $"\nstatistics (distance 0 to 1):");
        foreach (var column in columns)
        {
            var mean = column is { Before.Mean: { } before, After.Mean: { } after } ? $", mean {before:G6} → {after:G6}" : "";
            var distance = column.Distance is { } value ? $", distance {value:0.0000}" : "";
            Line(text, $"  {column.Name}: nulls {column.Before.NullShare:P2} → {column.After.NullShare:P2}, distinct {column.Before.Distinct} → {column.After.Distinct}{mean}{distance}");
        }
    }

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
