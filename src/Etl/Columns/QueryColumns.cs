using System.Text.Json;
using Slipway.Engines.DuckDb;

namespace Slipway.Etl.Columns;

/// <summary>A column that another one was made from.</summary>
/// <param name="Node">What it is a column of: "data:orders@3".</param>
internal sealed record ColumnOrigin(string Node, string Column);

/// <summary>A column of a table or query, with what it was made from.</summary>
/// <param name="Kind">identity, expression, window or aggregate: the strongest thing that was done on the way.</param>
internal sealed record TracedColumn(string Name, IReadOnlyCollection<ColumnOrigin> Origins, string Kind)
{
    private static readonly string[] s_kinds = ["identity", "expression", "window", "aggregate"];

    /// <summary>The stronger of two kinds.</summary>
    public static string Stronger(string a, string b) => Array.IndexOf(s_kinds, a) >= Array.IndexOf(s_kinds, b) ? a : b;
}

/// <summary>
/// Finds what each column of a query was made from, in the tree that DuckDB's own parser gives (<c>json_serialize_sql</c>). Columns that only
/// choose rows (where, join conditions) are none of them.
/// </summary>
internal sealed class QueryColumns
{
    private readonly HashSet<string> _aggregates;

    private QueryColumns(HashSet<string> aggregates) => _aggregates = aggregates;

    /// <param name="relations">The tables that the query may name.</param>
    /// <returns>Null: the query has something that is not understood.</returns>
    public static IReadOnlyList<TracedColumn>? Of(
        DuckDbConnection connection, string sql, IReadOnlyDictionary<string, IReadOnlyList<TracedColumn>> relations, CancellationToken ct)
    {
        var json = connection.QueryScalar<string>("select json_serialize_sql($1::varchar)", ct, sql);
        using var document = JsonDocument.Parse(json!);
        if (document.RootElement.GetProperty("error").GetBoolean())
            return null;
        using var names = connection.Query("select distinct function_name from duckdb_functions() where function_type = 'aggregate'", ct);
        var tracer = new QueryColumns(names.Read(row => row.Get<string>(0)!).ToHashSet(StringComparer.OrdinalIgnoreCase));
        try
        {
            var named = new Dictionary<string, IReadOnlyList<TracedColumn>>(relations, StringComparer.OrdinalIgnoreCase);
            return tracer.Query(document.RootElement.GetProperty("statements")[0].GetProperty("node"), new QueryScope(named, null));
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private IReadOnlyList<TracedColumn> Query(JsonElement node, QueryScope outer)
    {
        var scope = new QueryScope(new Dictionary<string, IReadOnlyList<TracedColumn>>(StringComparer.OrdinalIgnoreCase), outer);
        if (node.TryGetProperty("cte_map", out var ctes))
        {
            foreach (var cte in ctes.GetProperty("map").EnumerateArray())
                scope.Tables[cte.GetProperty("key").GetString()!] = Query(cte.GetProperty("value").GetProperty("query").GetProperty("node"), scope);
        }

        return node.GetProperty("type").GetString() switch
        {
            "SELECT_NODE" => Select(node, scope),
            "SET_OPERATION_NODE" => Union(Branches(node).Select(branch => Query(branch, scope)).ToList()),
            "CTE_NODE" => WithCte(node, scope),
            var other => throw new KeyNotFoundException(other),
        };
    }

    private IReadOnlyList<TracedColumn> WithCte(JsonElement node, QueryScope scope)
    {
        scope.Tables[node.GetProperty("cte_name").GetString()!] = Query(node.GetProperty("query"), scope);
        return Query(node.GetProperty("child"), scope);
    }

    private List<TracedColumn> Select(JsonElement node, QueryScope scope)
    {
        From(node.GetProperty("from_table"), scope);
        var columns = new List<TracedColumn>();
        foreach (var item in node.GetProperty("select_list").EnumerateArray())
        {
            if (Text(item, "class") == "STAR")
                columns.AddRange(Star(item, scope));
            else
                columns.Add(Column(item, scope, columns));
        }

        return columns;
    }

    private IEnumerable<TracedColumn> Star(JsonElement star, QueryScope scope)
    {
        if (star.TryGetProperty("columns", out var isPattern) && isPattern.ValueKind == JsonValueKind.True)
            throw new KeyNotFoundException("COLUMNS(…)");
        var excluded = star.TryGetProperty("exclude_list", out var list) || star.TryGetProperty("qualified_exclude_list", out list) ? Texts(list) : [];
        var replaced = star.TryGetProperty("replace_list", out var replacements) && replacements.ValueKind == JsonValueKind.Array
            ? replacements.EnumerateArray().ToDictionary(pair => Text(pair, "key"), pair => pair.GetProperty("value"), StringComparer.OrdinalIgnoreCase)
            : [];
        foreach (var column in scope.All(Text(star, "relation_name")).Where(column => !excluded.Contains(column.Name)))
            yield return replaced.TryGetValue(column.Name, out var value) ? Column(value, scope, []) with { Name = column.Name } : column;
    }

    private TracedColumn Column(JsonElement expression, QueryScope scope, List<TracedColumn> earlier)
    {
        var alias = Text(expression, "alias");
        if (Text(expression, "class") == "COLUMN_REF")
        {
            var column = Find(expression, scope, earlier);
            return alias.Length > 0 ? column with { Name = alias } : column;
        }

        var origins = new HashSet<ColumnOrigin>();
        var kind = "expression";
        Collect(expression, scope, earlier, origins, ref kind);
        return new TracedColumn(alias, origins, kind);
    }

    private void Collect(JsonElement element, QueryScope scope, List<TracedColumn> earlier, HashSet<ColumnOrigin> origins, ref string kind)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
                Collect(item, scope, earlier, origins, ref kind);
        }

        if (element.ValueKind != JsonValueKind.Object)
            return;
        var type = Text(element, "class");
        if (type == "COLUMN_REF")
        {
            Add(Find(element, scope, earlier), origins, ref kind);
        }
        else if (type == "SUBQUERY")
        {
            foreach (var column in Query(element.GetProperty("subquery").GetProperty("node"), scope))
                Add(column, origins, ref kind);
        }
        else
        {
            if (type == "WINDOW")
                kind = TracedColumn.Stronger(kind, "window");
            else if (type == "FUNCTION" && _aggregates.Contains(Text(element, "function_name")))
                kind = TracedColumn.Stronger(kind, "aggregate");
            foreach (var property in element.EnumerateObject())
                Collect(property.Value, scope, earlier, origins, ref kind);
        }
    }

    private static void Add(TracedColumn column, HashSet<ColumnOrigin> origins, ref string kind)
    {
        origins.UnionWith(column.Origins);
        kind = TracedColumn.Stronger(kind, column.Kind);
    }

    private void From(JsonElement table, QueryScope scope)
    {
        switch (Text(table, "type"))
        {
            case "BASE_TABLE":
                var name = Text(table, "table_name");
                scope.Join(Text(table, "alias") is { Length: > 0 } alias ? alias : name, scope.Table(name));
                break;
            case "SUBQUERY":
                scope.Join(Text(table, "alias"), Query(table.GetProperty("subquery").GetProperty("node"), scope));
                break;
            case "JOIN":
                From(table.GetProperty("left"), scope);
                var before = scope.Joined;
                From(table.GetProperty("right"), scope);
                scope.Use(before, table.TryGetProperty("using_columns", out var columns) ? Texts(columns) : []);
                break;
            case "EMPTY":
                break;
            default:
                throw new KeyNotFoundException(Text(table, "type"));
        }
    }

    private static TracedColumn Find(JsonElement reference, QueryScope scope, List<TracedColumn> earlier)
    {
        var names = reference.GetProperty("column_names").EnumerateArray().Select(name => name.GetString()!).ToList();
        return scope.Find(names) ?? earlier.LastOrDefault(column => string.Equals(column.Name, names[0], StringComparison.OrdinalIgnoreCase))
            ?? throw new KeyNotFoundException(string.Join('.', names));
    }

    private static List<TracedColumn> Union(List<IReadOnlyList<TracedColumn>> branches) =>
    [
        .. branches[0].Select((column, i) => branches.Skip(1).Where(branch => i < branch.Count).Aggregate(column, (all, branch) => all with
        {
            Origins = [.. all.Origins.Union(branch[i].Origins)],
            Kind = TracedColumn.Stronger(all.Kind, branch[i].Kind),
        })),
    ];

    private static IEnumerable<JsonElement> Branches(JsonElement node) => node.TryGetProperty("children", out var children)
        ? children.EnumerateArray()
        : [node.GetProperty("left"), node.GetProperty("right")];

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static HashSet<string> Texts(JsonElement list) => list.ValueKind != JsonValueKind.Array ? []
        : list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? item.GetString()! : Text(item, "column"))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
}
