namespace Slipway.Statistics.Anomalies;

/// <summary>Changes beyond limits: from point to point, or to the value some time before.</summary>
internal sealed class RateOfChangeDetector : IAnomalyDetector
{
    public string Name => "rate_of_change";

    public IReadOnlyList<JudgedPoint> Judge(IReadOnlyList<SeriesPoint> points, DetectorSettings settings, DateTimeOffset from, BlockMemory? memory = null) =>
        [.. Enumerable.Range(0, points.Count).Where(i => points[i].At >= from).Select(i => Judge(points[i], Before(points, settings, i), settings))];

    // What is further back than twice the time says nothing of a change over it.
    private static double? Before(IReadOnlyList<SeriesPoint> points, DetectorSettings settings, int i)
    {
        if (settings.Over is not { } over)
            return i == 0 ? null : points[i - 1].Value;
        var last = Blocks.FirstAt(points, points[i].At - over + TimeSpan.FromTicks(1), 0) - 1;
        return last >= 0 && points[last].At >= points[i].At - (2 * over) ? points[last].Value : null;
    }

    private static JudgedPoint Judge(SeriesPoint point, double? before, DetectorSettings settings)
    {
        var unit = settings.Relative ? Math.Abs(before ?? 0) : 1;
        if (before is not { } past || unit == 0)
            return new JudgedPoint(point.At, point.Value, before, null, null, null, null);
        var low = past + (settings.Below * unit);
        var high = past + (settings.Above * unit);
        return new JudgedPoint(point.At, point.Value, past, low, high, null, point.Value > high || point.Value < low);
    }
}
