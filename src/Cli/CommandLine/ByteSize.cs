using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Kernel;

namespace Slipway.Cli.CommandLine;

/// <summary>Sizes as people write them: "500MB", "50GiB", "1048576".</summary>
internal static partial class ByteSize
{
    private const string Units = "KMGT";

    public static long Parse(string option, string text)
    {
        var match = Pattern().Match(text);
        if (!match.Success)
            throw SlipwayException.Invalid($"{option}: '{text}' is no size; write a whole number and B, KB, MB, GB, TB (thousands) or KiB, MiB, GiB, TiB.");
        var unit = match.Groups["unit"].Value.ToUpperInvariant();
        var power = unit.Length == 0 ? 0 : Units.IndexOf(unit[0], StringComparison.Ordinal) + 1;
        var size = decimal.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture);
        for (var i = 0; i < power; i++)
            size *= match.Groups["binary"].Success ? 1024 : 1000;
        return size <= long.MaxValue ? (long)size : throw SlipwayException.Invalid($"{option}: '{text}' is more than there can be.");
    }

    [GeneratedRegex(@"\A(?<number>[0-9]{1,18}) ?((?<unit>[KMGT])(?<binary>i)?)?B?\z", RegexOptions.IgnoreCase)]
    private static partial Regex Pattern();
}
