using System.Text;

namespace Slipway.Statistics.Profiles;

/// <summary>A text that occurs at least <paramref name="Count"/> times.</summary>
/// <param name="Key">The hash of the whole text.</param>
/// <param name="Text">Its first 64 bytes.</param>
public readonly record struct FrequentText(ulong Key, string Text, long Count);

/// <summary>
/// The texts that occur most, as <see cref="FrequentValues"/> counts values, for a place where nothing may be allocated: memory is used again,
/// and a million different texts make no garbage. A count is never too high and at most <see cref="MaxError"/> too low, which is 0 for up to
/// <see cref="Capacity"/> different texts and never above 2 / <see cref="Capacity"/> = 0.8 % of all. The bounds hold in whatever order parts are merged.
/// </summary>
public sealed class FrequentTexts
{
    public const int Capacity = 256;

    private const int LabelBytes = 64;

    // Places hold an entry's index plus one; 0 is free.
    private readonly short[] _places = new short[Capacity * 4];
    private Entry[] _entries = new Entry[16];
    private byte[] _labels = new byte[16 * LabelBytes];
    private int _used;

    /// <summary>By how much a count may be too low; what is not listed occurs no more often than this.</summary>
    public long MaxError { get; private set; }

    /// <summary>The most frequent first; equal ones in an order of their own that is always the same.</summary>
    public IReadOnlyList<FrequentText> All =>
    [
        .. Enumerable.Range(0, _used)
            .Select(i => new FrequentText(_entries[i].Key, Encoding.UTF8.GetString(Label(i)), _entries[i].Count))
            .OrderByDescending(text => text.Count).ThenBy(text => text.Key),
    ];

    /// <param name="key">The hash of the whole text.</param>
    public void Add(ulong key, ReadOnlySpan<byte> utf8, long count)
    {
        ref var place = ref _places[Place(key)];
        if (place > 0)
        {
            _entries[place - 1].Count += count;
            return;
        }

        if (_used == _entries.Length)
            Grow();
        var label = Cut(utf8);
        label.CopyTo(_labels.AsSpan(_used * LabelBytes));
        _entries[_used] = new Entry { Key = key, Count = count, Length = (byte)label.Length };
        place = (short)++_used;
        if (_used > Capacity)
            Purge();
    }

    public void Clear()
    {
        Array.Clear(_places);
        _used = 0;
        MaxError = 0;
    }

    internal void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt64(MaxError);
        writer.Write7BitEncodedInt(_used);
        for (var i = 0; i < _used; i++)
        {
            writer.Write(_entries[i].Key);
            writer.Write7BitEncodedInt64(_entries[i].Count);
            writer.Write7BitEncodedInt(_entries[i].Length);
            writer.Write(Label(i));
        }
    }

    internal void Merge(ref StoredBytes stored)
    {
        MaxError += stored.ReadCount();
        for (var left = stored.ReadLength(Capacity); left > 0; left--)
        {
            var key = stored.ReadUInt64();
            var count = stored.ReadCount();
            Add(key, stored.Read(stored.ReadLength(LabelBytes)), count);
        }
    }

    private ReadOnlySpan<byte> Label(int entry) => _labels.AsSpan(entry * LabelBytes, _entries[entry].Length);

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length <= LabelBytes)
            return utf8;
        var length = LabelBytes;
        while (length > 0 && (utf8[length] & 0xC0) == 0x80)
            length--;
        return utf8[..length];
    }

    private int Place(ulong key)
    {
        var place = (int)((key * 0x9E3779B97F4A7C15) >> 54);
        while (_places[place] is > 0 and var entry && _entries[entry - 1].Key != key)
            place = (place + 1) & (_places.Length - 1);
        return place;
    }

    private void Grow()
    {
        var size = Math.Min(_entries.Length * 2, Capacity + 1);
        Array.Resize(ref _entries, size);
        Array.Resize(ref _labels, size * LabelBytes);
    }

    // Takes the median from every count and drops what is used up: at least half of them, which pays for the work.
    private void Purge()
    {
        Span<long> counts = stackalloc long[Capacity + 1];
        for (var i = 0; i < _used; i++)
            counts[i] = _entries[i].Count;
        counts[.._used].Sort();
        var least = counts[_used / 2];
        MaxError += least;
        Array.Clear(_places);
        var all = _used;
        _used = 0;
        for (var i = 0; i < all; i++)
        {
            if (_entries[i].Count <= least)
                continue;
            Label(i).CopyTo(_labels.AsSpan(_used * LabelBytes));
            _entries[_used] = _entries[i] with { Count = _entries[i].Count - least };
            _places[Place(_entries[_used].Key)] = (short)++_used;
        }
    }

    private record struct Entry
    {
        public ulong Key;
        public long Count;
        public byte Length;
    }
}
