using System.Collections.Concurrent;

namespace Slipway.Serving.Mirroring;

/// <summary>
/// Copies of requests that wait for a shadow, which takes them one after the other: live requests come first. What finds no
/// room is not mirrored.
/// </summary>
internal sealed class ShadowQueue
{
    private const int RowsOfRoom = 8192;

    private readonly ConcurrentQueue<RequestCopy> _waiting = new();
    private readonly ConcurrentBag<RequestCopy> _free = [];
    private int _rows;
    private int _isPumped;

    /// <summary>A copy to be filled and added; null: there is no room. One request finds room always, however large it is.</summary>
    public RequestCopy? TryReserve(int rows)
    {
        var after = Interlocked.Add(ref _rows, rows);
        if (after == rows || after <= RowsOfRoom)
            return _free.TryTake(out var copy) ? copy : new RequestCopy();
        Interlocked.Add(ref _rows, -rows);
        return null;
    }

    /// <returns>Whether somebody has to begin to take copies out.</returns>
    public bool Add(RequestCopy copy)
    {
        _waiting.Enqueue(copy);
        return Interlocked.CompareExchange(ref _isPumped, 1, 0) == 0;
    }

    /// <summary>The next copy, for the one who takes them out; null: none waits, and the taking has ended.</summary>
    public RequestCopy? Next()
    {
        while (true)
        {
            if (_waiting.TryDequeue(out var copy))
                return copy;
            Volatile.Write(ref _isPumped, 0);

            // One that came between the two lines found the pump running.
            if (_waiting.IsEmpty || Interlocked.CompareExchange(ref _isPumped, 1, 0) != 0)
                return null;
        }
    }

    public void Return(RequestCopy copy)
    {
        Interlocked.Add(ref _rows, -copy.Rows);
        _free.Add(copy);
    }
}
