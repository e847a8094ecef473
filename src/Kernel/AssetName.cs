using System.Text.RegularExpressions;

namespace Slipway.Kernel;

/// <summary>
/// The name of a data asset, model, environment or component, as Azure ML allows it: letters, digits, '-', '_', '.',
/// a letter, digit or '_' first, up to 255. It never chooses a path.
/// </summary>
public sealed partial record AssetName
{
    private AssetName(string value) => Value = value;

    public string Value { get; }

    public static AssetName Parse(string text) => Pattern().IsMatch(text)
        ? new AssetName(text)
        : throw SlipwayException.Invalid(
            $"'{Shorten(text)}' is not an asset name: 1 to 255 letters, digits, '-', '_' and '.', not beginning with '-' or '.'.");

    public override string ToString() => Value;

    private static string Shorten(string text) => text.Length <= 64 ? text : text[..61] + "...";

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}\z")]
    private static partial Regex Pattern();
}
