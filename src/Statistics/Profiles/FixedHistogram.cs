namespace Slipway.Statistics.Profiles;

/// <summary>
/// Counts of numbers between given edges; bin i holds [edges[i], edges[i + 1]), the last one its upper edge as well.
/// Merging is exactly associative and commutative.
/// </summary>
public sealed class FixedHistogram
{
    private readonly double[] _edges;
    private readonly long[] _counts;

    /// <param name="edges">At least two, ascending.</param>
    public FixedHistogram(ReadOnlySpan<double> edges)
    {
        if (edges.Length < 2)
            throw new ArgumentException("A histogram has at least two edges.", nameof(edges));
        for (var i = 1; i < edges.Length; i++)
        {
            if (!(edges[i] > edges[i - 1]))
                throw new ArgumentException("The edges of a histogram ascend.", nameof(edges));
        }

        _edges = edges.ToArray();
        _counts = new long[edges.Length - 1];
    }

    public IReadOnlyList<double> Edges => _edges;

    public IReadOnlyList<long> Counts => _counts;

    public long Below { get; private set; }

    public long Above { get; private set; }

    /// <summary>Bins of equal width over what a sketch has seen; null when it has seen less than two different numbers.</summary>
    public static FixedHistogram? Of(QuantileSketch sketch, double min, double max, int bins)
    {
        var width = (max - min) / bins;
        if (!double.IsFinite(width) || !(min + width > min) || !(max - width < max))
            return null;
        var edges = new double[bins + 1];
        for (var i = 0; i < bins; i++)
            edges[i] = min + (i * width);
        edges[bins] = max;
        var histogram = new FixedHistogram(edges);
        foreach (var (value, count) in sketch.Values())
            histogram.Add(Math.Clamp(value, min, max), count);
        return histogram;
    }

    public void Add(double value, long count = 1)
    {
        if (value < _edges[0])
            Below += count;
        else if (value > _edges[^1])
            Above += count;
        else
            _counts[Bin(value)] += count;
    }

    public void Merge(FixedHistogram other)
    {
        if (!_edges.AsSpan().SequenceEqual(other._edges))
            throw new ArgumentException("Histograms with different edges cannot be merged.", nameof(other));
        for (var i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
        Below += other.Below;
        Above += other.Above;
    }

    private int Bin(double value)
    {
        var found = Array.BinarySearch(_edges, value);
        return Math.Min(found >= 0 ? found : ~found - 1, _counts.Length - 1);
    }
}
