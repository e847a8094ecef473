namespace Slipway.Statistics.Profiles;

/// <summary>A value that stands for <paramref name="Count"/> numbers near it.</summary>
public readonly record struct WeightedValue(double Value, long Count);

/// <summary>
/// Quantiles of numbers in bounded space. Numbers are counted by the leading bits of their binary form, in at most
/// <see cref="Capacity"/> buckets; when there are more, one bit is dropped and neighbours join. The bits that are left are those
/// that the numbers as a set need, so the sketch depends on nothing but the set: merging is exactly associative and
/// commutative. A quantile lies in the bucket of the true one, so its error is known: <see cref="RelativeError"/>.
/// </summary>
public sealed class QuantileSketch
{
    /// <summary>All signs and exponents of doubles fit in, so a bucket never spans more than a factor of two.</summary>
    public const int Capacity = 4096;

    private CountTable _buckets = new();
    private int _dropped;

    public long Count { get; private set; }

    /// <summary>
    /// How far an answer may be from the true quantile, as a share of it; 0 while no more than <see cref="Capacity"/>
    /// different numbers were seen.
    /// </summary>
    public double RelativeError => _dropped == 0 ? 0 : Math.ScaleB(1, _dropped - 53);

    /// <param name="values">Finite numbers.</param>
    public void Add(ReadOnlySpan<double> values)
    {
        Count += values.Length;
        for (var i = 0; i < values.Length;)
        {
            // Equal neighbours are common (sorted columns, constants) and cost one look-up together.
            var bucket = Key(values[i]) >> _dropped;
            var start = i++;
            while (i < values.Length && Key(values[i]) >> _dropped == bucket)
                i++;
            if (_buckets.Add((ulong)bucket, i - start) && _buckets.Used > Capacity)
                Coarsen(_dropped + 1);
        }
    }

    public void Merge(QuantileSketch other)
    {
        if (other._dropped > _dropped)
            Coarsen(other._dropped);
        foreach (var (bucket, count) in other._buckets.Entries().ToList())
        {
            // Own buckets may have been joined since the last one.
            _buckets.Add((ulong)((long)bucket >> (_dropped - other._dropped)), count);
            if (_buckets.Used > Capacity)
                Coarsen(_dropped + 1);
        }

        Count += other.Count;
    }

    /// <summary>The number of rank ⌊share · (n − 1)⌋ in order, within <see cref="RelativeError"/>; NaN when there is none.</summary>
    public double Quantile(double share) => Quantiles([share])[0];

    /// <param name="shares">From 0 to 1, ascending.</param>
    public double[] Quantiles(ReadOnlySpan<double> shares)
    {
        var found = new double[shares.Length];
        var values = Values();
        var (index, seen) = (0, 0L);
        for (var i = 0; i < shares.Length; i++)
        {
            var rank = (long)Math.Floor(shares[i] * (Count - 1));
            while (index < values.Count && seen + values[index].Count <= rank)
                seen += values[index++].Count;
            found[i] = index < values.Count ? values[index].Value : double.NaN;
        }

        return found;
    }

    /// <summary>The buckets in ascending order, each by its middle.</summary>
    public IReadOnlyList<WeightedValue> Values() =>
        [.. _buckets.Entries().OrderBy(entry => (long)entry.Key).Select(entry => new WeightedValue(Middle((long)entry.Key), entry.Count))];

    internal void Write(BinaryWriter writer)
    {
        writer.Write((byte)_dropped);
        writer.Write7BitEncodedInt(_buckets.Used);
        var before = 0L;
        foreach (var (bucket, count) in _buckets.Entries().OrderBy(entry => (long)entry.Key))
        {
            writer.Write7BitEncodedInt64((long)bucket - before);
            writer.Write7BitEncodedInt64(count);
            before = (long)bucket;
        }
    }

    internal static QuantileSketch Read(BinaryReader reader)
    {
        var read = new QuantileSketch { _dropped = reader.ReadByte() };
        var buckets = reader.Read7BitEncodedInt();
        if (read._dropped > 52 || buckets is < 0 or > Capacity)
            throw new InvalidDataException("A quantile sketch has too many buckets.");
        var bucket = 0L;
        for (var i = 0; i < buckets; i++)
        {
            bucket += reader.Read7BitEncodedInt64();
            var count = reader.Read7BitEncodedInt64();
            if (count <= 0)
                throw new InvalidDataException("A bucket of a quantile sketch is empty.");
            read._buckets.Add((ulong)bucket, count);
            read.Count += count;
        }

        return read;
    }

    private void Coarsen(int dropped)
    {
        while (true)
        {
            var joined = new CountTable();
            foreach (var (bucket, count) in _buckets.Entries())
                joined.Add((ulong)((long)bucket >> (dropped - _dropped)), count);
            (_buckets, _dropped) = (joined, dropped);
            if (joined.Used <= Capacity)
                return;
            dropped++;
        }
    }

    // Integers in the order of the doubles: the bits of a negative number, except its sign, are turned.
    private static long Key(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value + 0.0);
        return bits ^ ((bits >> 63) & long.MaxValue);
    }

    private static double FromKey(long key) => BitConverter.Int64BitsToDouble(key ^ ((key >> 63) & long.MaxValue));

    private double Middle(long bucket)
    {
        if (_dropped == 0)
            return FromKey(bucket);
        // Zero shares its bucket only with numbers too small to be normal.
        if (bucket is 0 or -1)
            return 0;
        var first = FromKey(bucket << _dropped);
        var last = FromKey((bucket << _dropped) | ((1L << _dropped) - 1));
        return first + ((last - first) / 2);
    }
}
