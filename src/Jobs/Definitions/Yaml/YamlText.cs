using System.Globalization;
using System.Text.RegularExpressions;

namespace Slipway.Jobs.Definitions.Yaml;

/// <summary>What the text of a scalar means.</summary>
internal static partial class YamlText
{
    /// <summary>The scalar as text: a plain integer in its shortest spelling (01 is the integer 1), all else as written.</summary>
    public static string Of(YamlScalar scalar)
    {
        if (!scalar.IsPlain || !IntegerPattern().IsMatch(scalar.Text))
            return scalar.Text;

        var digits = scalar.Text.TrimStart('+', '-').TrimStart('0');
        var sign = scalar.Text[0] == '-' && digits.Length > 0 ? "-" : "";
        return digits.Length == 0 ? "0" : sign + digits;
    }

    public static bool? Boolean(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" => true,
        "FALSE" => false,
        _ => null,
    };

    /// <summary>A whole number: digits, or a float without a fraction.</summary>
    public static long? Integer(string text)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole))
            return whole;
        return Number(text) is { } number && number == Math.Floor(number) && Math.Abs(number) < 1e15 ? (long)number : null;
    }

    public static double? Number(string text) =>
        NumberPattern().IsMatch(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && double.IsFinite(number)
            ? number
            : null;

    /// <summary>The literal type that a scalar has by itself: integer, number, boolean or string.</summary>
    public static string TypeOf(YamlScalar scalar)
    {
        if (!scalar.IsPlain)
            return "string";
        if (IntegerPattern().IsMatch(scalar.Text))
            return "integer";
        if (Number(scalar.Text) is not null)
            return "number";
        return Boolean(scalar.Text) is not null ? "boolean" : "string";
    }

    [GeneratedRegex(@"\A[-+]?[0-9]+\z")]
    private static partial Regex IntegerPattern();

    [GeneratedRegex(@"\A[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex NumberPattern();
}
