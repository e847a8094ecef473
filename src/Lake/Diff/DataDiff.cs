namespace Slipway.Lake.Diff;

/// <summary>How one version of data differs from another; what went is of the first, what came of the second.</summary>
/// <param name="Table">Null: one of them is no table.</param>
internal sealed record DataDiff(string From, string To, FilesDiff Files, TableDiff? Table);

/// <param name="Moved">The same content under another path.</param>
internal sealed record FilesDiff(
    int Same,
    IReadOnlyList<DiffFile> Added,
    IReadOnlyList<DiffFile> Removed,
    IReadOnlyList<ChangedFile> Changed,
    IReadOnlyList<MovedFile> Moved);

internal sealed record DiffFile(string Path, long Size);

internal sealed record ChangedFile(string Path, long SizeBefore, long SizeAfter);

internal sealed record MovedFile(string From, string To);

internal sealed record TableDiff(ColumnsDiff Columns, RowsDiff Rows, IReadOnlyList<ColumnShift> Statistics);

internal sealed record ColumnsDiff(
    IReadOnlyList<DiffColumn> Added, IReadOnlyList<DiffColumn> Removed, IReadOnlyList<RetypedColumn> Retyped);

internal sealed record DiffColumn(string Name, string Type);

internal sealed record RetypedColumn(string Name, string TypeBefore, string TypeAfter);

/// <summary>
/// Rows matched by their key, or, without one, counted as they are: then a changed row is one that went and one that came.
/// </summary>
/// <param name="Changed">Null without a key.</param>
/// <param name="ChangedByColumn">With a key: in how many of the matched rows a column differs.</param>
internal sealed record RowsDiff(
    IReadOnlyList<string> Key,
    long Before,
    long After,
    long Added,
    long Removed,
    long? Changed,
    long Same,
    IReadOnlyDictionary<string, long> ChangedByColumn);

/// <param name="Distance">
/// 0 to 1: the greatest difference of the distribution functions (Kolmogorov-Smirnov) of numbers, the share of rows that
/// would have to change (total variation) for texts; null when a side has no values or too many different texts.
/// </param>
internal sealed record ColumnShift(string Name, ColumnFigures Before, ColumnFigures After, double? Distance);

internal sealed record ColumnFigures(double NullShare, long Distinct, double? Mean, double? Median, double? Min, double? Max);
