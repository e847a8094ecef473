using Slipway.Engines.DuckDb;
using Slipway.Kernel;

namespace Slipway.Lake.Diff;

/// <summary>A table that is compared, as an expression of DuckDB with the types of its columns.</summary>
/// <param name="Own">The rows of its files that the other table has not, as another expression.</param>
internal sealed record ComparedTable(string Node, string Expression, string Own, IReadOnlyDictionary<string, string> Columns);

/// <summary>Counts how the rows of two tables differ, in the columns that both have.</summary>
internal sealed class RowComparison(DuckDbConnection connection, ComparedTable before, ComparedTable after, CancellationToken ct)
{
    private readonly IReadOnlyList<string> _common = [.. before.Columns.Keys.Where(after.Columns.ContainsKey)];

    public RowsDiff Run(IReadOnlyList<string> key)
    {
        foreach (var column in key.Where(column => !_common.Contains(column, StringComparer.OrdinalIgnoreCase)))
        {
            throw SlipwayException.Invalid(
                $"key: '{column}' is no column of both versions.{Nearest.Hint(column, _common)} They share: {string.Join(", ", _common)}.");
        }

        if (_common.Count == 0)
            return Counted(key, Rows(before.Expression), Rows(after.Expression), 0);
        return key.Count == 0 ? ByContent() : ByKey(key);
    }

    private RowsDiff ByContent()
    {
        // Rows of files that both have are the same; as texts they might not be, since a file alone may have other types.
        var areAlike = _common.All(column => before.Columns[column] == after.Columns[column]);
        var (left, right) = areAlike ? (before.Own, after.Own) : (before.Expression, after.Expression);
        var shared = left == before.Expression ? 0 : Rows(before.Expression) - Rows(left);
        var hash = $"hash({string.Join(", ", _common.Select(Value))})";
        using var result = connection.Query(
            $"""
             select coalesce(sum(a), 0)::bigint, coalesce(sum(b), 0)::bigint, coalesce(sum(least(a, b)), 0)::bigint
             from (
                 select h, count(*) filter (not is_after) as a, count(*) filter (is_after) as b
                 from (select {hash} as h, false as is_after from {left} union all select {hash}, true from {right})
                 group by h)
             """,
            ct);
        var (rowsBefore, rowsAfter, same) = result.Read(row => (row.Get<long>(0), row.Get<long>(1), row.Get<long>(2))).Single();
        return Counted([], rowsBefore + shared, rowsAfter + shared, same + shared);
    }

    private RowsDiff ByKey(IReadOnlyList<string> key)
    {
        var (rowsBefore, rowsAfter) = (UniqueRows(before, key), UniqueRows(after, key));
        var others = _common.Where(column => !key.Contains(column, StringComparer.OrdinalIgnoreCase)).ToList();
        var differs = others.Select(column => $"a.{Name(column)} is distinct from b.{Name(column)}").ToList();
        var columns = string.Join(", ", _common.Select(column => $"{Value(column)} as {Name(column)}"));
        var counts = differs.Select(condition => $"count(*) filter (where {condition})").Prepend(
            $"count(*) filter (where {(differs.Count == 0 ? "false" : string.Join(" or ", differs))})").Prepend("count(*)");
        using var result = connection.Query(
            $"""
             select {string.Join(", ", counts)}
             from (select {columns} from {before.Expression}) a join (select {columns} from {after.Expression}) b
             on {string.Join(" and ", key.Select(column => $"a.{Name(column)} is not distinct from b.{Name(column)}"))}
             """,
            ct);
        var numbers = result.Read(row => Enumerable.Range(0, differs.Count + 2).Select(index => row.Get<long>(index)).ToList()).Single();
        var byColumn = others.Zip(numbers.Skip(2)).Where(pair => pair.Second > 0).ToDictionary(pair => pair.First, pair => pair.Second);
        return new RowsDiff(
            key, rowsBefore, rowsAfter, rowsAfter - numbers[0], rowsBefore - numbers[0], numbers[1], numbers[0] - numbers[1], byColumn);
    }

    private static RowsDiff Counted(IReadOnlyList<string> key, long rowsBefore, long rowsAfter, long same) =>
        new(key, rowsBefore, rowsAfter, rowsAfter - same, rowsBefore - same, null, same, new Dictionary<string, long>());

    private long Rows(string table) => connection.QueryScalar<long>($"select count(*) from {table}", ct);

    private long UniqueRows(ComparedTable table, IReadOnlyList<string> key)
    {
        using var result = connection.Query(
            $"select count(*), count(distinct ({string.Join(", ", key.Select(Name))}, 0)) from {table.Expression}", ct);
        var (rows, keys) = result.Read(row => (row.Get<long>(0), row.Get<long>(1))).Single();
        return rows == keys
            ? rows
            : throw SlipwayException.Invalid(
                $"key: {string.Join(", ", key)} is not unique in {table.Node}: {rows - keys} rows have the key of another one. Add a column to the key, or leave it out.");
    }

    // Columns whose types differ are compared as text: 1 and '1' are the same value.
    private string Value(string column) => before.Columns[column] == after.Columns[column] ? Name(column) : $"{Name(column)}::varchar";

    private static string Name(string column) => "\"" + column.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
}
