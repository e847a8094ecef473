using System.Text.RegularExpressions;
using Slipway.Kernel;

namespace Slipway.Lake.Labels;

/// <summary>A name that moves from version to version of a data asset, such as "production".</summary>
internal sealed partial record DataLabel
{
    private DataLabel(string value) => Value = value;

    public string Value { get; }

    public static DataLabel Parse(string text) => text != "latest" && Pattern().IsMatch(text)
        ? new DataLabel(text)
        : throw SlipwayException.Invalid(
            $"'{text}' is not a label: a letter, then up to 62 letters, digits, '-', '_' and '.', and not \"latest\", which is always the version made last.");

    public override string ToString() => Value;

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_.-]{0,62}\z")]
    private static partial Regex Pattern();
}
