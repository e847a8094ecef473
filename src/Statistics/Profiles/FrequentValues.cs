namespace Slipway.Statistics.Profiles;

/// <summary>A value that occurs often: at least <paramref name="Count"/> times.</summary>
/// <param name="Label">The text; null for a number.</param>
public readonly record struct FrequentValue(ulong Key, string? Label, long Count);

/// <summary>
/// The values that occur most, in bounded space, by Misra and Gries with decrements in batches (the same guarantee as
/// space-saving at a constant cost for each value). A count is at most <see cref="MaxError"/> too low and never too high; the
/// error is 0 for up to <see cref="Capacity"/> different values and never above 2 / <see cref="Capacity"/> = 0.4 % of all.
/// The bounds hold in whatever order sketches are merged.
/// </summary>
public sealed class FrequentValues
{
    public const int Capacity = 512;

    private readonly Dictionary<ulong, string> _labels = [];
    private CountTable _counts = new();

    /// <summary>By how much a count may be too low; what is not listed occurs no more often than this.</summary>
    public long MaxError { get; private set; }

    /// <summary>Different values that are kept; all there are while <see cref="MaxError"/> is 0.</summary>
    public int Kept => _counts.Used;

    /// <summary>Counts a number; true when it was not known.</summary>
    internal bool Add(ulong key, long count)
    {
        if (!_counts.Add(key, count))
            return false;
        if (_counts.Used > Capacity)
            Purge();
        return true;
    }

    /// <summary>Gives a text that was not known its label.</summary>
    internal void Label(ulong key, string label)
    {
        if (_counts[key] != 0)
            _labels[key] = label;
    }

    public void Merge(FrequentValues other)
    {
        MaxError += other.MaxError;
        foreach (var (key, count) in other._counts.Entries().ToList())
            _counts.Add(key, count);
        foreach (var (key, label) in other._labels.ToList())
            _labels[key] = label;
        while (_counts.Used > Capacity)
            Purge();
    }

    /// <summary>The most frequent first; equal ones in an order of their own that is always the same.</summary>
    public IReadOnlyList<FrequentValue> Top(int most) =>
        [.. Sorted().Take(most)];

    internal void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt64(MaxError);
        writer.Write7BitEncodedInt(Kept);
        foreach (var (key, label, count) in Sorted())
        {
            writer.Write(key);
            writer.Write7BitEncodedInt64(count);
            writer.Write(label is not null);
            if (label is not null)
                writer.Write(label);
        }
    }

    internal static FrequentValues Read(BinaryReader reader)
    {
        var read = new FrequentValues { MaxError = reader.Read7BitEncodedInt64() };
        var kept = reader.Read7BitEncodedInt();
        if (kept is < 0 or > Capacity || read.MaxError < 0)
            throw new InvalidDataException("A list of frequent values is too long.");
        for (var i = 0; i < kept; i++)
        {
            var key = reader.ReadUInt64();
            var count = reader.Read7BitEncodedInt64();
            if (count <= 0)
                throw new InvalidDataException("A frequent value does not occur.");
            read._counts.Add(key, count);
            if (reader.ReadBoolean())
                read._labels[key] = reader.ReadString();
        }

        return read;
    }

    private IEnumerable<FrequentValue> Sorted() => _counts.Entries()
        .OrderByDescending(entry => entry.Count).ThenBy(entry => entry.Key)
        .Select(entry => new FrequentValue(entry.Key, _labels.GetValueOrDefault(entry.Key), entry.Count));

    // Takes the median from every count and drops what is used up: at least half of them, which pays for the work.
    private void Purge()
    {
        var entries = _counts.Entries().ToArray();
        var least = Median(entries);
        MaxError += least;
        _counts = new CountTable();
        foreach (var (key, count) in entries)
        {
            if (count > least)
                _counts.Add(key, count - least);
            else if (_labels.Count > 0)
                _labels.Remove(key);
        }
    }

    private static long Median((ulong Key, long Count)[] entries)
    {
        // In a column of unique values nearly all counts are 1: no need to sort to see that.
        if (entries.Count(entry => entry.Count == 1) > entries.Length / 2)
            return 1;
        var counts = Array.ConvertAll(entries, entry => entry.Count);
        Array.Sort(counts);
        return counts[counts.Length / 2];
    }
}
