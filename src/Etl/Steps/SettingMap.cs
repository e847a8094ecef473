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
    public static SettingMap? Find(JsonObject settings, string field, params string[] known) => settings[field] switch
    {
        null => null,
        JsonObject json => new SettingMap(json, field, known),
        _ => throw SlipwayException.Invalid($"{field} is a mapping with {string.Join(", ", known)}."),
    };

    public static SettingMap Require(JsonObject settings, string field, params string[] known) =>
        Find(settings, field, known) ?? throw SlipwayException.Invalid($"{field} is missing: a mapping with {string.Join(", ", known)}.");

    /// <summary>Single values by name, in order.</summary>
    public static IReadOnlyDictionary<string, string> Texts(JsonObject settings, string field)
    {
        var texts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in settings[field] as JsonObject ?? [])
            texts[name] = value is JsonValue single ? single.ToString() : throw SlipwayException.Invalid($"{field}.{name} is a single value.");
        return texts;
    }

    public string? Text(string name) => _json[name] switch
    {
        null => null,
        JsonValue value when value.ToString() is { Length: > 0 } text => text,
        JsonValue => null,
        _ => throw SlipwayException.Invalid($"{_field}.{name} is a single value."),
    };

    public string Require(string name, string purpose) =>
        Text(name) ?? throw SlipwayException.Invalid($"{_field}.{name} is missing: {purpose}.");
}
