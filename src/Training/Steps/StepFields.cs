using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Training.Steps;

/// <summary>A step's own fields by their types; an expression leaves text where the definition has a number.</summary>
internal sealed class StepFields(JsonObject settings)
{
    public string Text(string name) => OptionalText(name)
        ?? throw SlipwayException.Invalid($"The field '{name}' is missing; add it to the step.");

    public string? OptionalText(string name) =>
        settings[name] is JsonValue value && value.ToString() is { Length: > 0 } text ? text : null;

    public int? OptionalInteger(string name, int min) => OptionalText(name) is not { } text ? null
        : int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= min ? number
        : throw SlipwayException.Invalid($"The field '{name}' is '{text}'; give a whole number of at least {min}.");

    public double Number(string name, double otherwise, double min, double max) =>
        OptionalText(name) is { } text ? Number(name, text, min, max) : otherwise;

    public static double Number(string name, string text, double min, double max) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw SlipwayException.Invalid(string.Create(
                CultureInfo.InvariantCulture, $"The field '{name}' is '{text}'; give a number from {min} to {max}."));

    public IReadOnlyList<JsonNode?> List(string name) => settings[name] switch
    {
        null => [],
        JsonArray list => [.. list],
        var single => [single],
    };

    public JsonObject Map(string name) => settings[name] switch
    {
        null => [],
        JsonObject map => map,
        _ => throw SlipwayException.Invalid($"The field '{name}' is not a map of names and values; write it as one."),
    };
}
