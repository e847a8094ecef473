using System.Diagnostics;

namespace Slipway.Serving.Runtimes.Python;

/// <summary>What a worker has in hand: the request that it is at, and while its requests are short the one that it comes to next.</summary>
internal sealed class WorkerTurns
{
    // Of longer ones the next would wait here while another worker may become free; and there the pause between two counts for nothing.
    private static readonly long s_short = Stopwatch.Frequency / 200;

    // How long a request may lie behind another before it is taken back.
    private static readonly long s_behind = Stopwatch.Frequency / 20;

    // One that was taken back leaves its place, since the worker will still say that it did not begin it.
    private readonly Queue<WorkerCall?> _inHand = new(2);
    private long _begun;
    private long _usual = long.MaxValue;

    public bool IsEmpty => _inHand.Count == 0;

    public bool HasRoom => IsEmpty || (_inHand.Count == 1 && _usual < s_short);

    /// <summary>The one that it is at; null: there is none, or one that was taken back.</summary>
    public WorkerCall? At => _inHand.TryPeek(out var call) ? call : null;

    public void Take(WorkerCall call, long now)
    {
        call.BeginUntil(IsEmpty ? long.MaxValue : now + s_behind);
        if (IsEmpty)
            _begun = now;
        _inHand.Enqueue(call);
    }

    /// <summary>The request whose answer comes next; null: it was taken back.</summary>
    /// <exception cref="EndOfStreamException">The worker answers what it was not asked.</exception>
    public WorkerCall? Next() => _inHand.TryPeek(out var call) ? call : throw new EndOfStreamException();

    public void Finish(long now)
    {
        _inHand.Dequeue();
        var took = now - _begun;
        _usual = _usual == long.MaxValue ? took : _usual + ((took - _usual) / 8);
        _begun = now;
    }

    /// <summary>The second, when the worker does not begin it any more; had it begun it before, the answer to the first would be here.</summary>
    public WorkerCall? TakeBack(long now)
    {
        if (_inHand.Count < 2 || _inHand.Last() is not { } behind || now < behind.Until + s_behind)
            return null;
        var first = _inHand.Dequeue();
        _inHand.Clear();
        _inHand.Enqueue(first);
        _inHand.Enqueue(null);
        return behind;
    }

    /// <summary>Leaves all: the one that the worker was at, if it is to blame for its end, and those that it did not begin.</summary>
    /// <param name="givenUp">The one for which the worker was ended; null: it ended by itself.</param>
    public (WorkerCall? Hurt, IReadOnlyList<WorkerCall> Unhurt) Leave(WorkerCall? givenUp)
    {
        var calls = _inHand.OfType<WorkerCall>().ToList();
        var isAtFirst = calls.Count > 0 && At == calls[0] && (givenUp is null || givenUp == calls[0]);
        _inHand.Clear();
        return isAtFirst ? (calls[0], calls[1..]) : (null, calls);
    }
}
