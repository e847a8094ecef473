namespace Slipway.Training.Automl.Encoding;

/// <summary>Sums of values by category, and of all.</summary>
internal sealed class CategorySums(int width)
{
    private readonly Dictionary<string, (double[] Sums, int Count)> _sums = new(StringComparer.Ordinal);
    private readonly double[] _total = new double[width];
    private int _rows;

    public IEnumerable<string> Categories => _sums.Keys;

    public void Add(string category, double[] values)
    {
        var (sums, count) = _sums.GetValueOrDefault(category, (new double[width], 0));
        for (var at = 0; at < width; at++)
        {
            sums[at] += values[at];
            _total[at] += values[at];
        }

        _sums[category] = (sums, count + 1);
        _rows++;
    }

    /// <summary>The means of a category, with so many rows of the mean of all beside its own.</summary>
    /// <param name="without">Rows that do not count.</param>
    public float[] Mean(string category, CategorySums? without, double smoothing, bool isUnseen)
    {
        var rows = _rows - (without?._rows ?? 0);
        var (sums, count) = isUnseen ? (null, 0) : _sums.GetValueOrDefault(category);
        var (fewer, less) = isUnseen || without is null ? (null, 0) : without._sums.GetValueOrDefault(category);
        var means = new float[width];
        for (var at = 0; at < width; at++)
        {
            var all = rows == 0 ? 0 : (_total[at] - (without?._total[at] ?? 0)) / rows;
            means[at] = (float)(((sums?[at] ?? 0) - (fewer?[at] ?? 0) + (smoothing * all)) / (count - less + smoothing));
        }

        return means;
    }
}
