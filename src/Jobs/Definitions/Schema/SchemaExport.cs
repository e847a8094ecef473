using System.Text.Json.Nodes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Makes a JSON Schema (2020-12) of a shape; objects go into $defs, so that shapes may contain themselves.</summary>
internal sealed class SchemaExport
{
    private readonly JsonObject _definitions = [];
    private readonly Dictionary<ObjectShape, string> _names = [];

    public static JsonObject Of(string title, Shape shape)
    {
        var export = new SchemaExport();
        var root = export.Of(shape);
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = title };
        foreach (var (key, value) in root.ToList())
        {
            root.Remove(key);
            schema[key] = value;
        }

        schema["$defs"] = export._definitions;
        return schema;
    }

    public JsonObject Of(Shape shape) => shape.Export(this);

    public JsonObject Named(ObjectShape shape, Func<JsonObject> make)
    {
        if (!_names.TryGetValue(shape, out var name))
        {
            var noun = string.Concat(shape.Noun.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
            name = _definitions.ContainsKey(noun) ? $"{noun}_{_definitions.Count}" : noun;
            _names[shape] = name;
            _definitions[name] = new JsonObject();
            _definitions[name] = make();
            _names[shape] = name = Shared(name, noun);
        }

        return new JsonObject { ["$ref"] = $"#/$defs/{name}" };
    }

    // Tables are made anew for each kind; what comes out equal is kept once.
    private string Shared(string name, string noun)
    {
        var made = _definitions[name]!;
        if (name == noun || made.ToJsonString().Contains($"#/$defs/{name}\"", StringComparison.Ordinal))
            return name;
        var equal = _definitions.FirstOrDefault(known => known.Key != name && known.Key.StartsWith(noun, StringComparison.Ordinal) && JsonNode.DeepEquals(known.Value, made)).Key;
        if (equal is null)
            return name;
        _definitions.Remove(name);
        return equal;
    }
}
