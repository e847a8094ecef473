namespace Slipway.Etl.Columns;

/// <summary>What names mean within a query: its common tables, what its FROM clause joins, and what is outside of it.</summary>
internal sealed class QueryScope(Dictionary<string, IReadOnlyList<TracedColumn>> tables, QueryScope? outer)
{
    private readonly List<(string Alias, IReadOnlyList<TracedColumn> Columns, HashSet<string> Hidden)> _joined = [];

    public Dictionary<string, IReadOnlyList<TracedColumn>> Tables => tables;

    public int Joined => _joined.Count;

    public IReadOnlyList<TracedColumn> Table(string name) => tables.TryGetValue(name, out var found) ? found
        : outer?.Table(name) ?? throw new KeyNotFoundException(name);

    public void Join(string alias, IReadOnlyList<TracedColumn> columns) => _joined.Add((alias, columns, []));

    /// <summary>Columns of USING are there once: those of the tables joined since are hidden from <c>*</c>.</summary>
    public void Use(int since, HashSet<string> columns)
    {
        foreach (var table in _joined.Skip(since))
            table.Hidden.UnionWith(columns);
    }

    /// <summary>What <c>*</c> stands for, or <c>alias.*</c>.</summary>
    public IEnumerable<TracedColumn> All(string alias) => _joined
        .Where(table => alias.Length == 0 || Same(table.Alias, alias))
        .SelectMany(table => table.Columns.Where(column => alias.Length > 0 || !table.Hidden.Contains(column.Name)));

    /// <summary>The column of a name, "t.a" or "a"; null when there is none.</summary>
    public TracedColumn? Find(List<string> names)
    {
        if (names.Count > 1 && _joined.FirstOrDefault(table => Same(table.Alias, names[0])) is { Columns: { } columns })
            return columns.FirstOrDefault(column => Same(column.Name, names[1]));
        return _joined.SelectMany(table => table.Columns).FirstOrDefault(column => Same(column.Name, names[0])) ?? outer?.Find(names);
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
