using System.Globalization;

namespace Slipway.Monitoring.Reports;

/// <summary>Numbers as a reader wants them: four digits that count, thousands apart.</summary>
internal static class FigureText
{
    public static string Of(double? figure)
    {
        if (figure is not { } value)
            return "–";
        var size = Math.Abs(value);
        var format = value == 0 ? "0" : size < 1e-4 || size >= 1e12 ? "0.##e0" : size >= 1000 ? "#,0.#" : size >= 1 ? "0.###" : "0.####";
        return value.ToString(format, CultureInfo.InvariantCulture);
    }

    public static string Share(double share) => share is > 0 and < 0.0005 ? "< 0.1%" : share.ToString("0.#%", CultureInfo.InvariantCulture);

    public static string Change(double? change) => change > 0 ? $"+{Of(change)}" : Of(change);

    /// <summary>A bin that is open where an end is null; one of a single value is that value.</summary>
    public static string Range(double? from, double? to) => (from, to) switch
    {
        (null, null) => "all",
        (null, { } end) => $"< {Edge(end)}",
        ({ } begin, null) => $"≥ {Edge(begin)}",
        ({ } begin, { } end) => end == Math.BitIncrement(begin) ? Edge(begin) : $"{Edge(begin)} to {Edge(end)}",
    };

    private static string Edge(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
