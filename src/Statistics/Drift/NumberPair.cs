namespace Slipway.Statistics.Drift;

/// <summary>A numeric column of a reference and of a current window: the values ascending, and the nulls counted.</summary>
public sealed class NumberPair
{
    private readonly Memory<double> _reference;
    private readonly Memory<double> _current;

    /// <param name="reference">NaN for null; taken over and sorted.</param>
    /// <param name="current">As the reference.</param>
    public NumberPair(Memory<double> reference, Memory<double> current)
    {
        _reference = Sorted(reference);
        _current = Sorted(current);
        (ReferenceNulls, CurrentNulls) = (reference.Length - _reference.Length, current.Length - _current.Length);
    }

    public ReadOnlySpan<double> Reference => _reference.Span;

    public ReadOnlySpan<double> Current => _current.Span;

    public long ReferenceNulls { get; }

    public long CurrentNulls { get; }

    /// <summary>Distinct values of the reference; counting stops beyond this many.</summary>
    public int ReferenceDistinct(int most)
    {
        var distinct = 0;
        for (var i = 0; i < Reference.Length && distinct <= most; i++)
            distinct += i == 0 || Reference[i] != Reference[i - 1] ? 1 : 0;
        return distinct;
    }

    /// <summary>Counts between the reference's deciles (or of its few distinct values), the nulls in the last bin.</summary>
    public BinnedPair Binned(string name)
    {
        var edges = Binning.Edges(Reference);
        return new BinnedPair(
            FeatureProfile.Numeric(name, edges, Count(Reference, edges, ReferenceNulls)[..^1], ReferenceNulls),
            Count(Current, edges, CurrentNulls));
    }

    /// <summary>Current values below the least or above the greatest of the reference; 0 when the reference has none.</summary>
    public long OutOfBounds() => Reference.IsEmpty
        ? 0
        : FirstAtLeast(Current, Reference[0]) + (Current.Length - FirstAbove(Current, Reference[^1]));

    private static Memory<double> Sorted(Memory<double> values)
    {
        var span = values.Span;
        var kept = 0;
        foreach (var value in span)
        {
            // −0 and 0 are one value.
            if (!double.IsNaN(value))
                span[kept++] = value + 0.0;
        }

        SortedSample.Sort(span[..kept]);
        return values[..kept];
    }

    private static long[] Count(ReadOnlySpan<double> sorted, ReadOnlySpan<double> edges, long nulls)
    {
        var counts = new long[edges.Length + 2];
        var start = 0;
        for (var bin = 0; bin < edges.Length; bin++)
        {
            var end = FirstAtLeast(sorted, edges[bin]);
            counts[bin] = end - start;
            start = end;
        }

        counts[^2] = sorted.Length - start;
        counts[^1] = nulls;
        return counts;
    }

    private static int FirstAtLeast(ReadOnlySpan<double> sorted, double value)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (sorted[middle] < value)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private static int FirstAbove(ReadOnlySpan<double> sorted, double value) =>
        double.IsPositiveInfinity(value) ? sorted.Length : FirstAtLeast(sorted, Math.BitIncrement(value));
}
