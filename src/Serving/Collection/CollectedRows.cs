using Slipway.Kernel;
using Slipway.Serving.Contracts;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Collection;

/// <summary>The rows of one deployment on their way to a segment: requests append here, the collector takes them away.</summary>
/// <param name="isMirrored">Whether nobody was told these answers.</param>
internal sealed class CollectedRows(
    WorkspaceName workspace, OnlineDeployment deployment, ServedModel model, CollectionRule rule, bool isMirrored)
{
    // One is filled while others wait to be written.
    private const int Kept = 4;

    private readonly Lock _gate = new();
    private readonly Stack<SegmentRows> _free = new();
    private SegmentRows? _current;
    private long _taken;

    public WorkspaceName Workspace { get; } = workspace;

    public OnlineDeployment Deployment { get; } = deployment;

    public bool IsMirrored { get; } = isMirrored;

    public CollectionRule Rule { get; } = rule;

    /// <summary>What was answered and not kept on purpose.</summary>
    public LeftOut LeftOut { get; } = new();

    /// <summary>Rows that were taken to be kept, written yet or not.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>
    /// Appends the answers of the slot. False: the segment is full, and it could not be handed over.
    /// </summary>
    /// <param name="handOver">Takes a full segment without waiting, or says that there is no room.</param>
    public bool TryAppend(
        ScoringSlot slot, string requestId, DateTimeOffset eventTime, long sequence, long now, int segmentRows,
        Func<SegmentRows, bool> handOver)
    {
        lock (_gate)
        {
            if (_current is { } full && full.Rows >= segmentRows)
            {
                if (!handOver(full))
                    return false;
                full.LeftOut = LeftOut.Take();
                _current = null;
            }

            _current ??= Take();
            _current.Append(slot, requestId, eventTime, sequence, now);
            Volatile.Write(ref _taken, _taken + slot.Rows);
            return true;
        }
    }

    /// <summary>Takes the rows away if there are any and the first came no later than this.</summary>
    public SegmentRows? Detach(long begunBefore)
    {
        lock (_gate)
        {
            if (_current is not { Rows: > 0 } rows || rows.Begun > begunBefore)
                return null;

            rows.LeftOut = LeftOut.Take();
            _current = null;
            return rows;
        }
    }

    /// <summary>Takes all away: the rows, or none of them where there is only something that was left out.</summary>
    public SegmentRows? DetachAll()
    {
        lock (_gate)
        {
            if (_current is not { Rows: > 0 } && !LeftOut.HasNews)
                return null;

            var rows = _current ?? Take();
            rows.LeftOut = LeftOut.Take();
            _current = null;
            return rows;
        }
    }

    public void Return(SegmentRows written)
    {
        written.Clear();
        lock (_gate)
        {
            if (_free.Count < Kept)
                _free.Push(written);
        }
    }

    private SegmentRows Take() =>
        _free.TryPop(out var rows) ? rows : new SegmentRows(this, ColumnPlan.Create(model, Rule));
}
