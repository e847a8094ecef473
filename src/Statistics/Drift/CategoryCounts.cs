using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace Slipway.Statistics.Drift;

/// <summary>How often each text occurs in a reference and in a current window; a million different ones are no trouble.</summary>
public sealed class CategoryCounts
{
    private const int NoEntry = -1;

    private readonly List<byte> _texts = [];
    private readonly List<Entry> _entries = [];
    private int[] _table = [.. Enumerable.Repeat(NoEntry, 64)];

    public long ReferenceNulls { get; private set; }

    public long CurrentNulls { get; private set; }

    public int Distinct => _entries.Count;

    /// <summary>Distinct texts of the reference.</summary>
    public int ReferenceDistinct => _entries.Count(entry => entry.Reference > 0);

    public long ReferenceValues => _entries.Sum(entry => entry.Reference);

    public long CurrentValues => _entries.Sum(entry => entry.Current);

    /// <summary>Current rows whose text the reference does not know.</summary>
    public long Unseen => _entries.Where(entry => entry.Reference == 0).Sum(entry => entry.Current);

    /// <summary>Text with its counts, in the order of appearance.</summary>
    public IEnumerable<(string Text, long Reference, long Current)> Items =>
        _entries.Select(entry => (Text(entry), entry.Reference, entry.Current));

    public void AddNull(bool current, long count = 1)
    {
        if (current)
            CurrentNulls += count;
        else
            ReferenceNulls += count;
    }

    public void Add(ReadOnlySpan<byte> utf8, bool current, long count = 1)
    {
        var hash = Hash(utf8);
        var place = (int)(hash & (uint)(_table.Length - 1));
        while (_table[place] is var index && index != NoEntry)
        {
            ref var entry = ref CollectionsMarshal.AsSpan(_entries)[index];
            if (entry.Hash == hash && CollectionsMarshal.AsSpan(_texts).Slice(entry.Start, entry.Length).SequenceEqual(utf8))
            {
                if (current)
                    entry.Current += count;
                else
                    entry.Reference += count;
                return;
            }

            place = (place + 1) & (_table.Length - 1);
        }

        _table[place] = _entries.Count;
        _entries.Add(new Entry(_texts.Count, utf8.Length, hash, current ? 0 : count, current ? count : 0));
        _texts.AddRange(utf8);
        if (_entries.Count * 2 > _table.Length)
            Grow();
    }

    /// <summary>
    /// Counts over the reference's categories, all others in one bin, the nulls in the last. At most so many categories
    /// have bins of their own: the most frequent ones of the reference.
    /// </summary>
    public BinnedPair Binned(string name, int most = FeatureProfile.MostCategories)
    {
        var known = _entries.Where(entry => entry.Reference > 0).OrderByDescending(entry => entry.Reference).Take(most).ToList();
        long[] counts = [.. known.Select(entry => entry.Reference)];
        return new BinnedPair(
            FeatureProfile.Categorical(name, [.. known.Select(Text)], counts, ReferenceValues - counts.Sum(), ReferenceNulls),
            [.. known.Select(entry => entry.Current), CurrentValues - known.Sum(entry => entry.Current), CurrentNulls]);
    }

    private string Text(Entry entry) => Encoding.UTF8.GetString(CollectionsMarshal.AsSpan(_texts).Slice(entry.Start, entry.Length));

    private static uint Hash(ReadOnlySpan<byte> utf8)
    {
        var hash = (uint)utf8.Length * 0x9E3779B1;
        while (utf8.Length >= sizeof(uint))
        {
            hash = BitOperations.RotateLeft(hash ^ (MemoryMarshal.Read<uint>(utf8) * 0x85EBCA77), 13) * 5 + 0xE6546B64;
            utf8 = utf8[sizeof(uint)..];
        }

        foreach (var one in utf8)
            hash = (hash ^ one) * 0x01000193;
        hash ^= hash >> 16;
        hash *= 0x85EBCA6B;
        return hash ^ (hash >> 13);
    }

    private void Grow()
    {
        _table = new int[_table.Length * 2];
        Array.Fill(_table, NoEntry);
        foreach (var (index, entry) in _entries.Index())
        {
            var place = (int)(entry.Hash & (uint)(_table.Length - 1));
            while (_table[place] != NoEntry)
                place = (place + 1) & (_table.Length - 1);
            _table[place] = index;
        }
    }

    private record struct Entry(int Start, int Length, uint Hash, long Reference, long Current);
}
