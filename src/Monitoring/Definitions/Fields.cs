using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml;
using Slipway.Kernel;
using YamlDotNet.RepresentationModel;

namespace Slipway.Monitoring.Definitions;

/// <summary>A mapping of a definition, whose fields are read by name; a mistake is told with file, line and field.</summary>
internal sealed class Fields(string source, string path, YamlMappingNode node)
{
    public IEnumerable<string> Keys => node.Children.Keys.OfType<YamlScalarNode>().Select(key => key.Value ?? "");

    /// <summary>Refuses fields that are none of these.</summary>
    public Fields Only(params string[] known)
    {
        foreach (var key in Keys)
        {
            if (!known.Contains(key, StringComparer.Ordinal))
                throw Wrong(key, $"is not a known field.{Nearest.Hint(key, known)} Known: {string.Join(", ", known)}.");
        }

        return this;
    }

    public string? Text(string key) => Find(key) switch
    {
        null => null,
        YamlScalarNode scalar => scalar.Value,
        _ => throw Wrong(key, "must be a single value."),
    };

    public string RequiredText(string key) =>
        Text(key) ?? throw Wrong(null, $"the field '{key}' is missing.");

    public double? Number(string key) => Text(key) is not { } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw Wrong(key, $"is '{text}'; it must be a number.");

    public long? Whole(string key, long least) => Number(key) is not { } number ? null
        : Math.Floor(number) == number && number >= least && number <= 1e15
            ? (long)number
            : throw Wrong(key, $"is {number.ToString(CultureInfo.InvariantCulture)}; it must be a whole number from {least}.");

    public bool? Flag(string key) => Text(key)?.ToLowerInvariant() switch
    {
        null => null,
        "true" => true,
        "false" => false,
        var text => throw Wrong(key, $"is '{text}'; it must be true or false."),
    };

    /// <summary>A length of time in ISO 8601: P7D, PT6H.</summary>
    public TimeSpan? Duration(string key)
    {
        if (Text(key) is not { } text)
            return null;
        try
        {
            return XmlConvert.ToTimeSpan(text) is var span && span >= TimeSpan.Zero
                ? span
                : throw Wrong(key, $"is '{text}'; a length of time is not negative.");
        }
        catch (FormatException)
        {
            throw Wrong(key, $"is '{text}'; a length of time is written as P7D (seven days) or PT6H (six hours).");
        }
    }

    public Fields? Map(string key) => Find(key) switch
    {
        null => null,
        YamlMappingNode map => new Fields(source, At(key), map),
        _ => throw Wrong(key, "must be a mapping of fields to values."),
    };

    public Fields RequiredMap(string key) => Map(key) ?? throw Wrong(null, $"the field '{key}' is missing.");

    public IReadOnlyList<string>? Texts(string key) => Find(key) switch
    {
        null => null,
        YamlSequenceNode list when list.Children.All(item => item is YamlScalarNode) =>
            [.. list.Children.Select(item => ((YamlScalarNode)item).Value ?? "")],
        _ => throw Wrong(key, "must be a list of names."),
    };

    /// <summary>One value or a list of them; empty when there is none.</summary>
    public IReadOnlyList<string> Many(string key) => IsText(key) ? [Text(key)!] : Texts(key) ?? [];

    /// <summary>A list of mappings; null when there is none, or a single mapping in its place.</summary>
    public IReadOnlyList<Fields>? Maps(string key) => Find(key) switch
    {
        null or YamlMappingNode => null,
        YamlSequenceNode list when list.Children.All(item => item is YamlMappingNode) =>
            [.. list.Children.Select((item, i) => new Fields(source, $"{At(key)}[{i}]", (YamlMappingNode)item))],
        _ => throw Wrong(key, "must be a list of mappings."),
    };

    /// <summary>A value, or the value of {type: …, value: …}.</summary>
    public string Literal(string key) => IsMap(key) ? RequiredMap(key).Only("type", "value").RequiredText("value") : RequiredText(key);

    /// <summary>A mapping as it stands; null when there is none.</summary>
    public JsonObject? Json(string key) => Map(key) is null ? null : (JsonObject)Json(Find(key)!);

    /// <summary>The fields but one as a text of their own, in block style.</summary>
    public string Yaml(string except)
    {
        var fields = new YamlMappingNode(node.Children.Where(child => (child.Key as YamlScalarNode)?.Value != except));
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        new YamlStream(new YamlDocument(fields)).Save(text, assignAnchors: false);
        return text.ToString();
    }

    public bool IsMap(string key) => Find(key) is YamlMappingNode;

    public bool IsText(string key) => Find(key) is YamlScalarNode;

    /// <param name="key">Null: the mapping itself.</param>
    public SlipwayException Wrong(string? key, string what)
    {
        var place = key is null ? node : node.Children.Keys.FirstOrDefault(known => (known as YamlScalarNode)?.Value == key) ?? node;
        var name = key is null ? path : At(key);
        return SlipwayException.Invalid($"{source}, line {place.Start.Line}: {(name.Length > 0 ? $"'{name}' " : "")}{what}");
    }

    private YamlNode? Find(string key) =>
        node.Children.TryGetValue(new YamlScalarNode(key), out var value)
        && value is not YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain, Value: null or "" or "~" or "null" }
            ? value
            : null;

    private static JsonNode Json(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(child =>
            KeyValuePair.Create(((YamlScalarNode)child.Key).Value ?? "", (JsonNode?)Json(child.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Json)]),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value ?? ""),
        _ => throw new InvalidOperationException("Aliases were refused when the file was read."),
    };

    private string At(string key) => path.Length == 0 ? key : $"{path}.{key}";
}
