namespace Slipway.Statistics.Profiles;

/// <summary>A value that stands for <paramref name="Count"/> numbers near it.</summary>
public readonly record struct WeightedValue(double Value, long Count);

/// <summary>
/// Quantiles of numbers in bounded space. Numbers are counted by the leading bits of their binary form, in at most
/// <see cref="Capacity"/> buckets; when there are more, one bit is dropped and neighbours join. The bits that are left are those
/// that the numbers as a set need, so the sketch depends on nothing but the set: merging is exactly associative and
/// commutative. A quantile lies in the bucket of the true one, so its error is known: <see cref="RelativeError"/>.
/// </summary>
/// <param name="capacity">The most buckets.</param>
/// <param name="finest">Bits that are dropped from the start, so that few numbers take few bytes as well.</param>
public sealed class QuantileSketch(int capacity = QuantileSketch.Capacity, int finest = 0)
{
    /// <summary>All signs and exponents of doubles fit in, so a bucket never spans more than a factor of two.</summary>
    public const int Capacity = 4096;

    // All but the sign and two bits of the exponent.
    private const int MostDropped = 61;

    private readonly int _finest = finest;
    private CountTable _buckets = new();
    private int _dropped = finest;

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
            if (_buckets.Add((ulong)bucket, i - start) && _buckets.Used > capacity)
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
            if (_buckets.Used > capacity)
                Coarsen(_dropped + 1);
        }

        Count += other.Count;
    }

    /// <summary>
    /// Keeps the memory, and how many bits are dropped, so that numbers of the same kind need not find it out anew; one fewer where there is
    /// room for it.
    /// </summary>
    internal void Clear()
    {
        if (_dropped > _finest && _buckets.Used * 2 <= capacity)
            _dropped--;
        _buckets.Clear();
        Count = 0;
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

    internal void Merge(ref StoredBytes stored)
    {
        var dropped = stored.ReadByte();
        if (dropped > MostDropped)
            throw new InvalidDataException("A quantile sketch drops more bits than there are.");
        if (dropped > _dropped)
            Coarsen(dropped);
        var bucket = 0L;
        for (var left = stored.ReadLength(Capacity); left > 0; left--)
        {
            bucket += stored.ReadNumber();
            var count = stored.ReadNumber();
            if (count <= 0)
                throw new InvalidDataException("A bucket of a quantile sketch is empty.");
            if (_buckets.Add((ulong)(bucket >> (_dropped - dropped)), count) && _buckets.Used > capacity)
                Coarsen(_dropped + 1);
            Count += count;
        }
    }

    /// <summary>The numbers of two sketches, counted in the buckets of the coarser one, ascending.</summary>
    internal static IReadOnlyList<Cell> Align(QuantileSketch reference, QuantileSketch current)
    {
        var dropped = Math.Max(reference._dropped, current._dropped);
        var counts = new SortedDictionary<long, (long Reference, long Current)>();
        foreach (var (bucket, count) in reference._buckets.Entries())
            counts[At(reference, bucket)] = (counts.GetValueOrDefault(At(reference, bucket)).Reference + count, 0);
        foreach (var (bucket, count) in current._buckets.Entries())
        {
            var (before, now) = counts.GetValueOrDefault(At(current, bucket));
            counts[At(current, bucket)] = (before, now + count);
        }

        return [.. counts.Select(cell => new Cell(First(cell.Key, dropped), Last(cell.Key, dropped), cell.Value.Reference, cell.Value.Current))];

        long At(QuantileSketch sketch, ulong bucket) => (long)bucket >> (dropped - sketch._dropped);
    }

    // Where also bits of the exponent are dropped, a bucket may reach beyond what is finite.
    private static double First(long bucket, int dropped) => Finite(FromKey(bucket << dropped), double.MinValue);

    private static double Last(long bucket, int dropped) => Finite(FromKey((bucket << dropped) | ((1L << dropped) - 1)), double.MaxValue);

    private static double Finite(double value, double otherwise) => double.IsFinite(value) ? value : otherwise;

    private void Coarsen(int dropped)
    {
        while (true)
        {
            var joined = new CountTable();
            foreach (var (bucket, count) in _buckets.Entries())
                joined.Add((ulong)((long)bucket >> (dropped - _dropped)), count);
            (_buckets, _dropped) = (joined, dropped);
            if (joined.Used <= capacity)
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
        var (first, last) = (First(bucket, _dropped), Last(bucket, _dropped));
        return first + ((last - first) / 2);
    }
}
