using System.Text.RegularExpressions;

namespace Slipway.Lake.Assets;

/// <summary>The version strings that Azure ML allows.</summary>
internal static partial class AssetVersion
{
    public static bool IsValid(string text) => Pattern().IsMatch(text);

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,29}\z")]
    private static partial Regex Pattern();
}
