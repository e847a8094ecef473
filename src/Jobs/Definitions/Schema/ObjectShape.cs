using System.Text.Json.Nodes;
using Slipway.Jobs.Definitions.Yaml;
using Slipway.Kernel;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>A field of an object.</summary>
/// <param name="Description">One sentence; goes into the JSON Schema and the reference.</param>
internal sealed record Field(string Name, Shape Shape, string Description)
{
    public bool Required { get; init; }

    /// <summary>Other spellings, which mean the same.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];
}

/// <summary>What happens to keys that an object does not know.</summary>
internal enum UnknownKeys
{
    Refused,

    /// <summary>Refused when they look like a misspelt field, else let through: here Azure ML ignores what it does not know.</summary>
    TyposRefused,

    Ignored,
}

/// <summary>A mapping with known fields.</summary>
/// <param name="noun">"a command job": completes "… is not a field of".</param>
internal sealed class ObjectShape(string noun, IReadOnlyList<Field> fields) : Shape
{
    public string Noun => noun;

    public IReadOnlyList<Field> Fields => fields;

    public UnknownKeys Unknown { get; init; } = UnknownKeys.Refused;

    /// <summary>The shape of keys that are not known; null: they are unknown.</summary>
    public Shape? Others { get; init; }

    public IReadOnlyList<Rule> Rules { get; init; } = [];

    /// <summary>What to say of a mapping that is something else altogether; null: it may be right.</summary>
    public Func<YamlMap, string?> Mistaken { get; init; } = _ => null;

    public override string Expected => $"{noun} (a mapping with {string.Join(", ", fields.Take(6).Select(known => known.Name))}{(fields.Count > 6 ? ", …" : "")})";

    public ObjectShape With(params Field[] more) =>
        new(noun, [.. fields.Where(field => more.All(other => other.Name != field.Name)), .. more]) { Unknown = Unknown, Others = Others, Rules = Rules, Mistaken = Mistaken };

    public override void Check(YamlNode node, string path, Check check)
    {
        if (node is not YamlMap map)
        {
            check.Refuse(node, path, $"This is {node.Noun}; expected {Expected}.");
            return;
        }

        if (Mistaken(map) is { } mistaken)
        {
            check.Refuse(node, path, mistaken);
            return;
        }

        foreach (var entry in map.Entries)
        {
            var field = Find(entry.Key);
            if ((field?.Shape ?? Others) is not { } shape)
                CheckUnknown(entry, path, check);
            else if (entry.Value is not YamlScalar { IsNull: true })
                shape.Check(entry.Value, Join(path, entry.Key), check);
        }

        foreach (var field in fields.Where(field => field.Required && ValueOf(map, field) is null))
            check.Refuse(map, Join(path, field.Name), $"This field is required and missing; expected {field.Shape.Expected}.");
        foreach (var rule in Rules)
            rule.Check(map, path, check);
    }

    public override JsonNode? Json(YamlNode node)
    {
        var json = new JsonObject();
        foreach (var entry in ((node as YamlMap)?.Entries ?? []))
        {
            var field = Find(entry.Key);
            if (entry.Value is not YamlScalar { IsNull: true } && (field is not null || Others is not null || Unknown != UnknownKeys.Refused))
                json[field?.Name ?? entry.Key] = (field?.Shape ?? Others ?? Shapes.Any).Json(entry.Value);
        }

        return json;
    }

    public override JsonObject Export(SchemaExport export) => export.Named(this, () =>
    {
        var schema = new JsonObject { ["type"] = "object" };
        var properties = new JsonObject();
        foreach (var field in fields)
        {
            var exported = export.Of(field.Shape);
            if (!exported.ContainsKey("$ref"))
                exported["description"] = field.Description;
            properties[field.Name] = exported;
            foreach (var alias in field.Aliases)
                properties[alias] = exported.DeepClone();
        }

        schema["properties"] = properties;
        var required = fields.Where(field => field.Required && field.Aliases.Count == 0).Select(field => (JsonNode)field.Name!).ToArray();
        if (required.Length > 0)
            schema["required"] = new JsonArray(required);
        schema["additionalProperties"] = Others is null ? Unknown != UnknownKeys.Refused : export.Of(Others);
        return schema;
    });

    public Field? Find(string key) => fields.FirstOrDefault(field => field.Name == key || field.Aliases.Contains(key));

    private static YamlNode? ValueOf(YamlMap map, Field field) =>
        map[field.Name] ?? field.Aliases.Select(alias => map[alias]).FirstOrDefault(value => value is not null);

    private void CheckUnknown(YamlEntry entry, string path, Check check)
    {
        var known = fields.Select(field => field.Name).ToList();
        if (Unknown == UnknownKeys.Ignored || (Unknown == UnknownKeys.TyposRefused && Nearest.Find(entry.Key, known) is null))
            return;
        check.Problems.Add(
            entry.KeyPlace,
            Join(path, entry.Key),
            $"'{entry.Key}' is not a field of {noun}.{Nearest.Hint(entry.Key, known)} Known: {string.Join(", ", known.Order(StringComparer.Ordinal))}.");
    }
}
