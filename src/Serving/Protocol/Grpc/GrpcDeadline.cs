using System.Globalization;
using Slipway.Kernel;

namespace Slipway.Serving.Protocol.Grpc;

/// <summary>grpc-timeout: up to eight digits and a unit, such as 250m for milliseconds.</summary>
internal static class GrpcDeadline
{
    public static TimeSpan? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (text.Length is < 2 or > 9 || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            throw Wrong(text);
        // Longer than a timer can wait is for ever.
        var seconds = value * (text[^1] switch
        {
            'H' => 3600.0,
            'M' => 60,
            'S' => 1,
            'm' => 1e-3,
            'u' => 1e-6,
            'n' => 1e-9,
            _ => throw Wrong(text),
        });
        return seconds > 1e6 ? null : TimeSpan.FromSeconds(seconds);
    }

    private static SlipwayException Wrong(string text) =>
        SlipwayException.Invalid($"grpc-timeout is '{RequestText.Shorten(text)}'; it is up to eight digits and one of H M S m u n.");
}
