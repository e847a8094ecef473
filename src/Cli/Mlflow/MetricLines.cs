using System.Globalization;

namespace Slipway.Cli.Mlflow;

/// <summary>
/// The lines of a metric's file: "1700000000000 0.5 3"; of old clients without the step, of new ones with the name and digest
/// of a data set behind it.
/// </summary>
internal static class MetricLines
{
    public static IEnumerable<SourcePoint> Read(string file) =>
        File.ReadLines(file).Select(Parse).OfType<SourcePoint>();

    /// <summary>Null when the line is no point.</summary>
    public static SourcePoint? Parse(string line)
    {
        var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var step = 0L;
        return parts.Length >= 2
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            && Value(parts[1]) is { } value
            && (parts.Length == 2 || long.TryParse(parts[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out step))
            ? new SourcePoint(time, step, value)
            : null;
    }

    /// <summary>A number as Python writes it: 0.5, 1e-05, nan, inf, -inf.</summary>
    public static double? Value(string text) => text.ToLowerInvariant() switch
    {
        "nan" or "-nan" => double.NaN,
        "inf" or "infinity" or "+inf" => double.PositiveInfinity,
        "-inf" or "-infinity" => double.NegativeInfinity,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null,
    };
}
