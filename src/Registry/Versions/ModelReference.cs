using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Kernel;

namespace Slipway.Registry.Versions;

/// <summary>How people name a model version: "fraud@champion", "fraud:3", "fraud/3", "fraud@latest".</summary>
internal sealed partial record ModelReference(string Model, int? Number, string? Alias)
{
    public static ModelReference Parse(string text)
    {
        var match = Pattern().Match(text.StartsWith("azureml:", StringComparison.Ordinal) ? text[8..] : text);
        if (!match.Success)
            throw SlipwayException.Invalid($"'{text}' names no model version; write model@alias, model:3 or model@latest.");
        var model = match.Groups["model"].Value;
        if (match.Groups["alias"].Success)
            return new ModelReference(model, null, match.Groups["alias"].Value);
        return int.TryParse(match.Groups["number"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new ModelReference(model, number, null)
            : throw SlipwayException.Invalid($"'{text}' names no model version: the number is too large.");
    }

    /// <summary>Null when the text names no version.</summary>
    public static ModelReference? TryParse(string text) => Pattern().IsMatch(text) ? Parse(text) : null;

    [GeneratedRegex(@"\A(?<model>[^@:/]{1,255})(@(?<alias>[^@:/]{1,255})|[:/](?<number>[0-9]{1,12}))\z")]
    private static partial Regex Pattern();
}
