using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Etl.Steps;

/// <summary>A mapping among a step's settings; a mistake names the field and what is known there.</summary>
internal sealed class SettingMap
{
    private readonly JsonObject _json;
    private readonly string _field;

    private SettingMap(JsonObject json, string field, string[] known)
    {
        (_json, _field) = (json, field);
        foreach (var (name, _) in json)
        {
            if (!known.Contains(name))
                throw SlipwayException.Invalid($"{field} has no field '{name}'.{Nearest.Hint(name, known)} Known: {string.Join(", ", known)}.");
        }
    }

    /// <summary>The mapping of this name; null when it is absent.</summary>
    public static SettingMap? Find(JsonObject settings, string field, params string[] known) => Of(settings[field], field, known);

    public static SettingMap Require(JsonObject settings, string field, params string[] known) =>
        Find(settings, field, known) ?? throw SlipwayException.Invalid($"{field} is missing: a mapping with {string.Join(", ", known)}.");

    /// <summary>The mappings of a list; a single one may stand without the list.</summary>
    public static IReadOnlyList<SettingMap> All(JsonObject settings, string field, params string[] known) => settings[field] switch
    {
        JsonArray list => [.. list.Select((item, index) => Of(item, $"{field}[{index}]", known)).OfType<SettingMap>()],
        var single => Of(single, field, known) is { } map ? [map] : [],
    };

    /// <summary>Single values by name, in order.</summary>
    public static IReadOnlyDictionary<string, string> Texts(JsonObject settings, string field) => Texts(settings[field], field);

    public string? Text(string name) => _json[name] switch
    {
        null => null,
        JsonValue value when value.ToString() is { Length: > 0 } text => text,
        JsonValue => null,
        _ => throw SlipwayException.Invalid($"{_field}.{name} is a single value."),
    };

    public string Require(string name, string purpose) =>
        Text(name) ?? throw SlipwayException.Invalid($"{_field}.{name} is missing: {purpose}.");

    /// <summary>One of some words; the first of them when it is absent.</summary>
    public string Choice(string name, params string[] words)
    {
        var text = Text(name) ?? words[0];
        return words.Contains(text)
            ? text
            : throw SlipwayException.Invalid($"{_field}.{name} is '{text}'.{Nearest.Hint(text, words)} Known: {string.Join(", ", words)}.");
    }

    public int Number(string name, int absent, int least, int most)
    {
        if (Text(name) is not { } text)
            return absent;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw SlipwayException.Invalid($"{_field}.{name} is '{text}'; it must be a whole number from {least} to {most}.");
    }

    /// <summary>A list of texts; a single one may stand without the list.</summary>
    public IReadOnlyList<string> List(string name) => _json[name] switch
    {
        JsonArray list when list.All(item => item is JsonValue) => [.. list.Select(item => item!.ToString())],
        JsonArray or JsonObject => throw SlipwayException.Invalid($"{_field}.{name} is a list of texts."),
        _ => Text(name) is { } single ? [single] : [],
    };

    public IReadOnlyDictionary<string, string> Texts(string name) => Texts(_json[name], $"{_field}.{name}");

    public SettingMap? Map(string name, params string[] known) => Of(_json[name], $"{_field}.{name}", known);

    public SlipwayException Wrong(string name, string why) => SlipwayException.Invalid($"{_field}.{name} is '{Text(name)}'; {why}.");

    private static SettingMap? Of(JsonNode? node, string field, string[] known) => node switch
    {
        null => null,
        JsonObject json => new SettingMap(json, field, known),
        _ => throw SlipwayException.Invalid($"{field} is a mapping with {string.Join(", ", known)}."),
    };

    private static Dictionary<string, string> Texts(JsonNode? node, string field)
    {
        var texts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (node is not (null or JsonObject))
            throw SlipwayException.Invalid($"{field} is a mapping of single values.");
        foreach (var (name, value) in node as JsonObject ?? [])
            texts[name] = value is JsonValue single ? single.ToString() : throw SlipwayException.Invalid($"{field}.{name} is a single value.");
        return texts;
    }
}
