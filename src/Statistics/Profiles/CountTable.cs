namespace Slipway.Statistics.Profiles;

/// <summary>Counts by 64-bit keys: open addressing, at most half full, nothing but two arrays.</summary>
internal sealed class CountTable
{
    private ulong[] _keys = new ulong[16];
    private long[] _counts = new long[16];
    private int _shift = 60;

    public int Used { get; private set; }

    /// <summary>True when the key was not there before.</summary>
    public bool Add(ulong key, long count)
    {
        var slot = Slot(key);
        if (_counts[slot] != 0)
        {
            _counts[slot] += count;
            return false;
        }

        _keys[slot] = key;
        _counts[slot] = count;
        if (++Used * 2 > _keys.Length)
            Grow();
        return true;
    }

    public long this[ulong key] => _counts[Slot(key)];

    /// <summary>Keeps the memory.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        Used = 0;
    }

    public IEnumerable<(ulong Key, long Count)> Entries()
    {
        for (var i = 0; i < _keys.Length; i++)
        {
            if (_counts[i] != 0)
                yield return (_keys[i], _counts[i]);
        }
    }

    private int Slot(ulong key)
    {
        // Fibonacci hashing: the high bits of the product depend on all bits of the key.
        var slot = (int)((key * 0x9E3779B97F4A7C15) >> _shift);
        while (_counts[slot] != 0 && _keys[slot] != key)
            slot = (slot + 1) & (_keys.Length - 1);
        return slot;
    }

    private void Grow()
    {
        var (keys, counts) = (_keys, _counts);
        _keys = new ulong[keys.Length * 2];
        _counts = new long[keys.Length * 2];
        _shift--;
        for (var i = 0; i < keys.Length; i++)
        {
            if (counts[i] == 0)
                continue;
            var slot = Slot(keys[i]);
            (_keys[slot], _counts[slot]) = (keys[i], counts[i]);
        }
    }
}
