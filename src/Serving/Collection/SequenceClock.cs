namespace Slipway.Serving.Collection;

/// <summary>Numbers that only grow, also over a restart: microseconds since 1970, or one more than the last.</summary>
internal sealed class SequenceClock(TimeProvider time)
{
    private long _last;

    /// <summary>The first of so many numbers.</summary>
    public long Next(int count)
    {
        var now = (time.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
        while (true)
        {
            var last = Interlocked.Read(ref _last);
            var first = Math.Max(last + 1, now);
            if (Interlocked.CompareExchange(ref _last, first + count - 1, last) == last)
                return first;
        }
    }
}
