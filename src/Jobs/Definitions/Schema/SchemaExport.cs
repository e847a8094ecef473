using System.Text.Json.Nodes;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>Makes a JSON Schema (2020-12) of a shape; objects go into $defs, so that shapes may contain themselves.</summary>
internal sealed class SchemaExport
{
    private readonly JsonObject _definitions = [];

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

    public JsonObject Named(string noun, Func<JsonObject> make)
    {
        var name = string.Join('_', noun.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        if (!_definitions.ContainsKey(name))
        {
            _definitions[name] = new JsonObject();
            _definitions[name] = make();
        }

        return new JsonObject { ["$ref"] = $"#/$defs/{name}" };
    }
}
