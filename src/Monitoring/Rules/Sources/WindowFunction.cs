using Slipway.Statistics.Anomalies;

namespace Slipway.Monitoring.Rules.Sources;

/// <summary>What stands for the points of a window: "last", "mean", "min", "max", "sum", "change", "rate".</summary>
internal static class WindowFunction
{
    /// <summary>The indices of the points of the value's window that ends at a time; without a window the last one alone.</summary>
    /// <param name="last">The index of the last point before the end.</param>
    public static IReadOnlyList<int> Within(WatchedValue value, Func<int, DateTimeOffset> timeOf, int last, DateTimeOffset at)
    {
        if (value.Window is not { } window)
            return [last];
        if (timeOf(last) <= at - window)
            return [];
        var first = last;
        while (first > 0 && timeOf(first - 1) > at - window)
            first--;
        return [.. Enumerable.Range(first, last - first + 1)];
    }

    /// <summary>Null where the function has no value.</summary>
    /// <param name="points">At least one, in the order of time.</param>
    public static double? Of(string function, IReadOnlyList<SeriesPoint> points) => function switch
    {
        "mean" => points.Average(point => point.Value),
        "min" => points.Min(point => point.Value),
        "max" => points.Max(point => point.Value),
        "sum" => points.Sum(point => point.Value),
        "change" => points.Count < 2 ? null : points[^1].Value - points[0].Value,
        "rate" => points.Count < 2 || points[^1].At == points[0].At ? null : Growth(points) / (points[^1].At - points[0].At).TotalSeconds,
        _ => points[^1].Value,
    };

    // A counter that is less than before was set back to zero in between.
    private static double Growth(IReadOnlyList<SeriesPoint> points) => Enumerable.Range(1, points.Count - 1)
        .Sum(i => points[i].Value >= points[i - 1].Value ? points[i].Value - points[i - 1].Value : points[i].Value);
}
