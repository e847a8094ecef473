using Slipway.Serving.Scoring;

namespace Slipway.Serving.Collection;

/// <summary>Answers of one deployment that are not written yet, column by column.</summary>
internal sealed class SegmentRows(CollectedRows owner, IReadOnlyList<CollectedColumn> columns)
{
    private readonly List<CollectedRequest> _requests = [];

    public CollectedRows Owner { get; } = owner;

    public IReadOnlyList<CollectedColumn> Columns { get; } = columns;

    public IReadOnlyList<CollectedRequest> Requests => _requests;

    public int Rows { get; private set; }

    /// <summary>Rows that were answered meanwhile and not kept: by sampling, and by the wish of their callers.</summary>
    public (long Sampled, long Opted) LeftOut { get; set; }

    /// <summary>When its first row came, as a time stamp of the clock.</summary>
    public long Begun { get; private set; }

    public void Append(ScoringSlot slot, string requestId, DateTimeOffset eventTime, long sequence, long now)
    {
        if (Rows == 0)
            Begun = now;
        foreach (var column in Columns)
            column.Append(slot);
        _requests.Add(new CollectedRequest(requestId, slot.Rows, Micros(eventTime), sequence));
        Rows += slot.Rows;
    }

    public void Clear()
    {
        _requests.Clear();
        foreach (var column in Columns)
            column.Clear();
        Rows = 0;
    }

    private static long Micros(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}

/// <summary>A request whose rows lie one after the other.</summary>
/// <param name="Sequence">Greater for what came later.</param>
internal readonly record struct CollectedRequest(string Id, int Rows, long EventMicros, long Sequence);
