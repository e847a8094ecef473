namespace Slipway.Statistics.Anomalies;

/// <summary>
/// What was learned before the newest block of a series began. Within a block nothing is learned anew, so a look after another finds here
/// what the first one took long to find.
/// </summary>
public sealed class BlockMemory
{
    private volatile Entry? _last;

    internal T Of<T>(Block block, Func<T> learn)
        where T : class
    {
        if (_last is { Value: T known } entry && entry.Start == block.Start && entry.Learned == block.Learned)
            return known;
        var learned = learn();
        _last = new Entry(block.Start, block.Learned, learned);
        return learned;
    }

    private sealed record Entry(DateTimeOffset Start, int Learned, object Value);
}
