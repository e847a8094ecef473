using Slipway.Serving.Collection;
using Slipway.Serving.Scoring;
using Slipway.Statistics.Profiles;

namespace Slipway.Serving.Profiles;

/// <summary>A profile that one request at a time adds to, and the windows before it that nobody has fetched yet.</summary>
internal sealed class ProfileStripe(IReadOnlyList<CollectedColumn> columns, AnswerProfile profile)
{
    private const int MostSealed = 64;

    private readonly Lock _gate = new();
    private readonly AnswerColumn[] _columns = [.. profile.Columns];
    private readonly List<(ProfileWindow Window, byte[] Profile)> _sealed = [];
    private ProfileWindow _window;
    private long _due;

    private bool IsEmpty => profile.Rows == 0 && profile.OptedOut == 0;

    /// <param name="waits">False: when another request is at it, nothing is done.</param>
    public bool TryRecord(ScoringSlot slot, ProfileWindow window, long now, bool isKept, bool waits)
    {
        if (waits)
            _gate.Enter();
        else if (!_gate.TryEnter())
            return false;
        try
        {
            Open(window, now);
            Record(slot, isKept);
            return true;
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Takes the windows that are over.</summary>
    /// <param name="now">long.MaxValue: all that there are.</param>
    public void Take(long now, List<(ProfileWindow Window, byte[] Profile)> into)
    {
        lock (_gate)
        {
            var isDue = !IsEmpty && _due <= now;
            if (!isDue && _sealed.Count < (now == long.MaxValue ? 1 : MostSealed))
                return;
            if (isDue)
                Seal();
            into.AddRange(_sealed);
            _sealed.Clear();
        }
    }

    private void Record(ScoringSlot slot, bool isKept)
    {
        if (!isKept)
        {
            profile.AddOptedOut(slot.Rows);
            return;
        }

        profile.AddRows(slot.Rows);
        for (var i = 0; i < _columns.Length; i++)
            columns[i].Profile(slot, _columns[i]);
    }

    // Whatever window it is of, it is fetched after the minute in which it began.
    private void Open(ProfileWindow window, long now)
    {
        if (!IsEmpty && window == _window)
            return;
        if (!IsEmpty)
            Seal();
        _window = window;
        if (_sealed.Count == 0)
            _due = ProfileWindow.At(now, ProfileWindow.Minute).End;
    }

    private void Seal()
    {
        _sealed.Add((_window, profile.ToBytes()));
        profile.Clear();
    }
}
