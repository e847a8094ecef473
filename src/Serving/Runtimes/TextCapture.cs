namespace Slipway.Serving.Runtimes;

/// <summary>
/// The texts of one input of the request in hand: the engine does not give back what it was given, and collected data
/// wants it.
/// </summary>
internal sealed class TextCapture
{
    private byte[] _bytes = new byte[1024];
    private int[] _ends = new int[256];

    public int Count { get; private set; }

    public ReadOnlySpan<byte> this[int index] => _bytes.AsSpan((index == 0 ? 0 : _ends[index - 1]).._ends[index]);

    /// <summary>Some texts as one run of bytes, and where in it each begins; one more offset for the end.</summary>
    public ReadOnlySpan<byte> Slice(int start, int count, List<int> offsets)
    {
        var from = start == 0 ? 0 : _ends[start - 1];
        offsets.Clear();
        offsets.Add(0);
        for (var i = start; i < start + count; i++)
            offsets.Add(_ends[i] - from);
        return _bytes.AsSpan(from, offsets[^1]);
    }

    public void Clear() => Count = 0;

    public void Add(ReadOnlySpan<byte> utf8)
    {
        var start = Count == 0 ? 0 : _ends[Count - 1];
        var end = checked(start + utf8.Length);
        if (end > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(end, _bytes.Length * 2));
        if (Count == _ends.Length)
            Array.Resize(ref _ends, Count * 2);
        utf8.CopyTo(_bytes.AsSpan(start));
        _ends[Count++] = end;
    }
}
