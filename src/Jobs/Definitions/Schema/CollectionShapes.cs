using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Slipway.Jobs.Definitions.Yaml;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>A list of values of one shape.</summary>
internal sealed class ListShape(Shape item) : Shape
{
    /// <summary>True: a single value stands for a list of one.</summary>
    public bool AllowsSingle { get; init; }

    public override string Expected => AllowsSingle ? $"{item.Expected}, or a list of them" : $"a list (each item: {item.Expected})";

    public override void Check(YamlNode node, string path, Check check)
    {
        if (node is YamlList list)
        {
            for (var i = 0; i < list.Items.Count; i++)
                item.Check(list.Items[i], $"{path}[{i}]", check);
        }
        else if (AllowsSingle)
        {
            item.Check(node, path, check);
        }
        else
        {
            check.Refuse(node, path, $"This is {node.Noun}; expected {Expected}.");
        }
    }

    public override JsonNode? Json(YamlNode node) => node is YamlList list
        ? new JsonArray([.. list.Items.Select(item.Json)])
        : new JsonArray(item.Json(node));

    public override JsonObject Export(SchemaExport export)
    {
        var list = new JsonObject { ["type"] = "array", ["items"] = export.Of(item) };
        return AllowsSingle ? new JsonObject { ["anyOf"] = new JsonArray(export.Of(item), list) } : list;
    }
}

/// <summary>What the keys of a map may be.</summary>
/// <param name="Explanation">Completes "expected …".</param>
internal sealed record KeyRule(Regex Pattern, string Explanation)
{
    /// <summary>Keys that are refused although they match, in lower case.</summary>
    public IReadOnlyCollection<string> Reserved { get; init; } = [];

    /// <summary>True: two keys that differ only in case are refused.</summary>
    public bool IgnoresCase { get; init; }
}

/// <summary>A mapping with free keys and values of one shape. Null values are let through: they mean "the default".</summary>
internal sealed class MapShape(Shape value) : Shape
{
    public KeyRule? Keys { get; init; }

    public bool MayBeEmpty { get; init; } = true;

    public override string Expected => $"a mapping (each value: {value.Expected})";

    public override void Check(YamlNode node, string path, Check check)
    {
        if (node is not YamlMap map)
        {
            check.Refuse(node, path, $"This is {node.Noun}; expected {Expected}.");
            return;
        }

        if (map.Entries.Count == 0 && !MayBeEmpty)
            check.Refuse(node, path, "This is empty; at least one entry is needed.");
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var entry in map.Entries)
        {
            CheckKey(entry, path, seen, check);
            if (entry.Value is not YamlScalar { IsNull: true })
                value.Check(entry.Value, Join(path, entry.Key), check);
        }
    }

    public override JsonNode? Json(YamlNode node)
    {
        var json = new JsonObject();
        foreach (var entry in ((node as YamlMap)?.Entries ?? []))
            json[entry.Key] = entry.Value is YamlScalar { IsNull: true } ? null : value.Json(entry.Value);
        return json;
    }

    public override JsonObject Export(SchemaExport export)
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = new JsonObject { ["anyOf"] = new JsonArray(export.Of(value), new JsonObject { ["type"] = "null" }) },
        };
        if (Keys is not null)
            schema["propertyNames"] = new JsonObject { ["pattern"] = Keys.Pattern.ToString().Replace(@"\A", "^").Replace(@"\z", "$") };
        if (!MayBeEmpty)
            schema["minProperties"] = 1;
        return schema;
    }

    private void CheckKey(YamlEntry entry, string path, HashSet<string> seen, Check check)
    {
        if (Keys is null)
            return;
        if (!Keys.Pattern.IsMatch(entry.Key))
            check.Problems.Add(entry.KeyPlace, Join(path, entry.Key), $"'{entry.Key}' is not a name for this; expected {Keys.Explanation}.");
        else if (Keys.Reserved.Contains(entry.Key.ToLowerInvariant()))
            check.Problems.Add(entry.KeyPlace, Join(path, entry.Key), $"'{entry.Key}' is reserved (so are {string.Join(", ", Keys.Reserved)}); choose another name.");
        else if (!seen.Add(entry.Key) && Keys.IgnoresCase)
            check.Problems.Add(entry.KeyPlace, Join(path, entry.Key), $"'{entry.Key}' differs from another name only in case; choose another name.");
    }
}

/// <summary>Anything.</summary>
internal sealed class AnyShape : Shape
{
    public ExpressionScope Scope { get; init; }

    public override string Expected => "any value";

    public override void Check(YamlNode node, string path, Check check)
    {
        if (Scope == ExpressionScope.None)
            return;
        if (node is YamlScalar scalar && ExpressionReader.HasExpression(scalar.Text))
            check.Expressions(scalar, path, Scope);
        foreach (var entry in (node as YamlMap)?.Entries ?? [])
            Check(entry.Value, Join(path, entry.Key), check);
        var items = (node as YamlList)?.Items ?? [];
        for (var i = 0; i < items.Count; i++)
            Check(items[i], $"{path}[{i}]", check);
    }

    public override JsonNode? Json(YamlNode node) => node switch
    {
        YamlList list => new JsonArray([.. list.Items.Select(Json)]),
        YamlMap map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key, Json(entry.Value)))),
        YamlScalar { IsNull: true } => null,
        YamlScalar scalar => YamlText.TypeOf(scalar) switch
        {
            "integer" when YamlText.Integer(scalar.Text) is { } whole => whole,
            "number" => YamlText.Number(scalar.Text),
            "boolean" => YamlText.Boolean(scalar.Text),
            _ => scalar.Text,
        },
        _ => null,
    };

    public override JsonObject Export(SchemaExport export) => [];
}
