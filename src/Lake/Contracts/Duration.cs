using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Kernel;

namespace Slipway.Lake.Contracts;

/// <summary>Lengths of time as people write them in YAML: "90s", "15m", "36h", "7d".</summary>
public static partial class Duration
{
    public static TimeSpan Parse(string text) => TryParse(text, out var duration)
        ? duration
        : throw SlipwayException.Invalid($"'{text}' is no length of time: write a whole number and s, m, h or d, such as 36h or 7d.");

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var match = Pattern().Match(text);
        if (!match.Success)
            return false;

        var number = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        duration = match.Groups[2].Value switch
        {
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            "h" => TimeSpan.FromHours(number),
            _ => TimeSpan.FromDays(number),
        };
        return duration > TimeSpan.Zero;
    }

    /// <summary>What such a text looks like.</summary>
    [GeneratedRegex(@"\A([0-9]{1,6})\s*([smhd])\z")]
    public static partial Regex Pattern();
}
