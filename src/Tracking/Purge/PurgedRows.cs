namespace Slipway.Tracking.Purge;

/// <summary>How many rows of each table a purge took, or would take.</summary>
internal sealed class PurgedRows
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, long> Counts => _counts;

    public long this[string table] => _counts.GetValueOrDefault(table);

    public void Add(string table, long rows) => _counts[table] = this[table] + rows;

    public void Add(PurgedRows other)
    {
        foreach (var (table, rows) in other._counts)
            Add(table, rows);
    }
}
