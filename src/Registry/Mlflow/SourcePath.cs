using System.Text.RegularExpressions;
using Slipway.Kernel;

namespace Slipway.Registry.Mlflow;

/// <summary>What a version's source may be.</summary>
internal static partial class SourcePath
{
    // How often a text may be encoded before it is refused as odd.
    private const int DeepestEncoding = 10;

    /// <summary>A path of some machine's disk: without a scheme, with a drive letter, or file:.</summary>
    public static bool IsLocal(string source)
    {
        var scheme = Scheme().Match(source);
        return !scheme.Success || scheme.Groups["name"].ValueSpan.Equals("file", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Refuses ".." and NUL, however often encoded.</summary>
    public static void DemandPlain(string source)
    {
        if (!IsPlain(source))
        {
            throw SlipwayException.Invalid(
                $"Invalid model version source: '{source}'. If supplying a source as an http, https, s3, gs, … URI, its path must be "
                + "absolute and must not contain '..' or NUL, however encoded.");
        }
    }

    /// <summary>Whether a local path lies in a local folder.</summary>
    public static bool IsBelow(string source, string folder) =>
        IsLocal(folder) && IsPlain(source) && Plain(folder) is { Length: > 0 } root
        && (Plain(source) == root || Plain(source).StartsWith(root + "/", StringComparison.Ordinal));

    private static bool IsPlain(string source)
    {
        var text = source;
        for (var i = 0; i < DeepestEncoding; i++)
        {
            if (text.Contains('\0', StringComparison.Ordinal) || text.Split('/', '\\', '?', '#').Contains(".."))
                return false;
            var decoded = Uri.UnescapeDataString(text);
            if (decoded == text)
                return true;
            text = decoded;
        }

        return false;
    }

    private static string Plain(string path)
    {
        var rest = path.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? path["file:".Length..] : path;
        return (rest.StartsWith("//", StringComparison.Ordinal) ? rest.TrimStart('/').Insert(0, "/") : rest).TrimEnd('/');
    }

    [GeneratedRegex(@"\A(?<name>[a-zA-Z][a-zA-Z0-9+.\-]+):")]
    private static partial Regex Scheme();
}
