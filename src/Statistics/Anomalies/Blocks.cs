namespace Slipway.Statistics.Anomalies;

/// <summary>A stretch of a series of which the part before <see cref="Learned"/> is learned from.</summary>
/// <param name="Points">Those of the history, and those of the block.</param>
/// <param name="Learned">The number of points of the history.</param>
internal sealed record Block(SeriesPoint[] Points, int Learned, DateTimeOffset Start);

/// <summary>
/// Cuts time into blocks that begin at whole multiples of their length, whoever asks and whenever: what is learned anew for each block is
/// the same in a look at the newest point and in a look back over years.
/// </summary>
internal static class Blocks
{
    public static IEnumerable<Block> Of(IReadOnlyList<SeriesPoint> points, DetectorSettings settings, DateTimeOffset from)
    {
        var ticks = settings.Block.Ticks;
        var i = FirstAt(points, from, 0);
        while (i < points.Count)
        {
            var start = new DateTimeOffset(points[i].At.UtcTicks / ticks * ticks, TimeSpan.Zero);
            var end = FirstAt(points, start + settings.Block, i);
            var history = FirstAt(points, start - settings.History, 0);
            var block = FirstAt(points, start, history);
            yield return new Block([.. points.Skip(history).Take(end - history)], block - history, start);
            i = end;
        }
    }

    /// <summary>The index of the first point at or after a time.</summary>
    public static int FirstAt(IReadOnlyList<SeriesPoint> points, DateTimeOffset at, int low)
    {
        var high = points.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (points[middle].At < at)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
