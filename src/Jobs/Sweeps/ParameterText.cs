using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Jobs.Sweeps;

/// <summary>Values of parameters as a command sees them.</summary>
internal static class ParameterText
{
    /// <summary>As Python writes it ("1e-05"), so that a script that parses it and logs it logs the same text; "16" for whole ones.</summary>
    public static string Of(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.Replace("E", "e", StringComparison.Ordinal);
    }

    /// <summary>One of the values of a choice: a text as it is, anything else as JSON.</summary>
    public static string Of(JsonNode? value) => value switch
    {
        null => "null",
        JsonValue scalar when scalar.GetValueKind() == JsonValueKind.String => scalar.GetValue<string>(),
        _ => value.ToJsonString(),
    };
}
