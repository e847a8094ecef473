using Slipway.Engines.DuckDb;
using Slipway.Kernel;
using Slipway.Lake.Yaml;
using YamlDotNet.RepresentationModel;

namespace Slipway.Lake.MlTables;

/// <summary>Azure ML's types of columns, and how values become of them.</summary>
internal static class ColumnTypes
{
    private static readonly Dictionary<string, string> s_types = new()
    {
        ["int"] = "bigint",
        ["float"] = "double",
        ["string"] = "varchar",
        ["boolean"] = "boolean",
        ["datetime"] = "timestamp",
    };

    public static string Sql(string type, YamlNode node, YamlProblems problems)
    {
        if (s_types.GetValueOrDefault(type) is { } sql)
            return sql;
        problems.Add(node, $"'{type}' is no type of a column.{Nearest.Hint(type, s_types.Keys)} Known: {string.Join(", ", s_types.Keys)}.");
        return "varchar";
    }

    /// <summary>The entries of convert_column_types as items of "select * replace (…)".</summary>
    public static IEnumerable<string> Conversions(YamlNode? value, YamlNode node, YamlProblems problems)
    {
        var entries = value switch
        {
            YamlSequenceNode list => list.Children.OfType<YamlMappingNode>().ToList(),
            YamlMappingNode one => [one],
            _ => [],
        };
        if (entries.Count == 0 || (value is YamlSequenceNode all && all.Children.Count != entries.Count))
            problems.Add(value ?? node, "convert_column_types is a list such as - {columns: [delay], column_type: int}.");
        foreach (var entry in entries.Select(map => new YamlFields(map, problems)))
        {
            entry.AllowOnly("A conversion", ["columns", "column_type"]);
            var columns = entry.List("columns");
            if (columns.Count == 0 || entry.Find("column_type") is not { } type)
            {
                problems.Add(entry.Node, "A conversion has columns and a column_type.");
                continue;
            }

            foreach (var column in columns.Select(column => DuckDbSql.Identifier(column.Value!)))
                yield return $"{Converted(column, type, problems)} as {column}";
        }
    }

    private static string Converted(string column, YamlNode type, YamlProblems problems)
    {
        if (type is YamlScalarNode { Value: { } name })
            return $"cast({column} as {Sql(name, type, problems)})";
        if (type is YamlMappingNode { Children: [var (key, value)] } && key is YamlScalarNode { Value: "datetime" or "boolean" } kind)
        {
            var fields = new YamlFields(value as YamlMappingNode ?? new YamlMappingNode(), problems);
            return kind.Value == "datetime" ? Time(column, fields, problems) : Truth(column, fields, problems);
        }

        problems.Add(type, "column_type is a name, or datetime with formats, or boolean with true_values and false_values.");
        return column;
    }

    private static string Time(string column, YamlFields fields, YamlProblems problems)
    {
        fields.AllowOnly("datetime", ["formats"]);
        var formats = fields.List("formats");
        if (formats.Count == 0)
            problems.Add(fields.Node, "datetime has formats, such as formats: ['%d.%m.%Y'].");
        return $"strptime(cast({column} as varchar), {DuckDbSql.Literals(formats.Select(format => format.Value!))})";
    }

    private static string Truth(string column, YamlFields fields, YamlProblems problems)
    {
        fields.AllowOnly("boolean", ["true_values", "false_values", "mismatch_as"]);
        var (yes, no) = (Values(fields, "true_values"), Values(fields, "false_values"));
        if (yes.Length == 0 || no.Length == 0)
            problems.Add(fields.Node, "boolean has true_values and false_values.");
        var text = $"cast({column} as varchar)";
        var refusal = $"error({text} || ' is neither a true value nor a false one')";
        var other = fields.Choice("mismatch_as", refusal, ("error", refusal), ("true", "true"), ("false", "false"));
        return $"case when {column} is null then null when {text} in ({yes}) then true when {text} in ({no}) then false else {other} end";
    }

    private static string Values(YamlFields fields, string field) =>
        string.Join(", ", fields.List(field).Select(value => DuckDbSql.Literal(value.Value!)));
}
