namespace Slipway.Statistics.Anomalies;

/// <summary>Where values lie and how far they spread, when up to half of them may be anything.</summary>
/// <param name="Below">As a standard deviation, of the values below the centre.</param>
/// <param name="Above">The same above it: what is skewed has two of them.</param>
internal readonly record struct RobustScale(double Centre, double Below, double Above)
{
    // Of a normal distribution: the standard deviation by the median and by the mean of the absolute deviations.
    private const double ByMedian = 1.4826022185056018;
    private const double ByMean = 1.2533141373155001;

    /// <summary>
    /// Median and the median absolute deviations to both sides; where more than half of the values are the same, by the mean deviation, as
    /// Iglewicz and Hoaglin propose ("How to Detect and Handle Outliers", 1993).
    /// </summary>
    /// <param name="values">At least one; it is sorted.</param>
    public static RobustScale Of(double[] values)
    {
        var centre = Median(values);
        return new RobustScale(
            centre,
            Side([.. values.Where(value => value <= centre).Select(value => centre - value)]),
            Side([.. values.Where(value => value >= centre).Select(value => value - centre)]));
    }

    /// <param name="values">At least one; it is sorted.</param>
    public static double Median(double[] values)
    {
        Array.Sort(values);
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    private static double Side(double[] deviations) => Median(deviations) is var median and > 0 ? ByMedian * median : ByMean * deviations.Average();
}
