using System.Text.Json.Nodes;
using Slipway.Jobs.Definitions.Yaml;
using Slipway.Kernel;

namespace Slipway.Jobs.Definitions.Schema;

/// <summary>A shape for single values, one for mappings, one for lists; null: not allowed.</summary>
internal sealed class EitherShape(Shape? scalar, Shape? map = null, Shape? list = null) : Shape
{
    public override string Expected => string.Join(", or ", Shapes().Select(shape => shape.Expected));

    public override void Check(YamlNode node, string path, Check check)
    {
        if (For(node) is { } shape)
            shape.Check(node, path, check);
        else
            check.Refuse(node, path, $"This is {node.Noun}; expected {Expected}.");
    }

    public override JsonNode? Json(YamlNode node) => For(node)?.Json(node);

    public override JsonObject Export(SchemaExport export) =>
        new() { ["anyOf"] = new JsonArray([.. Shapes().Select(export.Of)]) };

    private Shape? For(YamlNode node) => node switch
    {
        YamlMap => map,
        YamlList => list,
        _ => scalar,
    };

    private IEnumerable<Shape> Shapes() => new[] { scalar, map, list }.OfType<Shape>();
}

/// <summary>An object whose fields depend on one of them.</summary>
/// <param name="noun">"a step": what the variants are, for messages.</param>
/// <param name="key">The deciding field, usually type.</param>
/// <param name="cases">By value; spellings are compared as in <see cref="ChoiceShape"/>.</param>
/// <param name="decide">The case of an object without the field; null when nothing tells.</param>
internal sealed class VariantShape(
    string noun, string key, IReadOnlyDictionary<string, ObjectShape> cases, Func<YamlMap, string?> decide) : Shape
{
    private readonly ChoiceShape _choice = new([.. cases.Keys]);

    public IReadOnlyDictionary<string, ObjectShape> Cases => cases;

    /// <summary>The shape of an object whose case nothing tells; null: the field is required.</summary>
    public ObjectShape? Untold { get; init; }

    /// <summary>The case of an object, or null when nothing tells.</summary>
    public string? CaseOf(YamlMap map) => map.Text(key) is { } text ? _choice.Find(text) : decide(map);

    public override string Expected => $"{noun} (a mapping with {key}: {string.Join(", ", cases.Keys)})";

    public override void Check(YamlNode node, string path, Check check)
    {
        if (node is not YamlMap map)
            check.Refuse(node, path, $"This is {node.Noun}; expected {Expected}.");
        else if (CaseOf(map) is { } name)
            cases[name].Check(node, path, check);
        else if (map[key] is YamlScalar given)
            check.Refuse(given, Join(path, key), $"'{given.Text}' is not a {key} of {noun}.{Nearest.Hint(given.Text, cases.Keys)} Known: {string.Join(", ", cases.Keys)}.");
        else if (map[key] is null && Untold is not null)
            Untold.Check(node, path, check);
        else
            check.Refuse(map[key] ?? map, Join(path, key), $"This field is required and missing; expected one of {string.Join(", ", cases.Keys)}.");
    }

    public override JsonNode? Json(YamlNode node)
    {
        if (node is not YamlMap map)
            return null;
        if (CaseOf(map) is not { } name)
            return Untold?.Json(node);

        var json = cases[name].Json(node)!.AsObject();
        json[key] = name;
        return json;
    }

    public override JsonObject Export(SchemaExport export) => new()
    {
        ["anyOf"] = new JsonArray([.. cases.Values.Select(export.Of)]),
    };
}

/// <summary>A shape that is part of itself (a pipeline's step may be a pipeline).</summary>
internal sealed class LazyShape(Func<Shape> shape) : Shape
{
    public override string Expected => shape().Expected;

    public override void Check(YamlNode node, string path, Check check) => shape().Check(node, path, check);

    public override JsonNode? Json(YamlNode node) => shape().Json(node);

    public override JsonObject Export(SchemaExport export) => shape().Export(export);
}
