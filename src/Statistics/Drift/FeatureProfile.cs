using Slipway.Kernel;

namespace Slipway.Statistics.Drift;

/// <summary>
/// How a column was distributed: the bins, and how many rows fell into each. Bins of a numeric column are cut at the
/// edges: the first is open below, the last above, and a value at an edge belongs to the bin above it. NaN counts as
/// null. A categorical column has a bin for each known category and one for all others. Nulls have a bin of their own.
/// </summary>
public sealed record FeatureProfile
{
    public const int MostBins = 10;
    public const int MostCategories = 50;

    private readonly double[] _edges = [];
    private readonly Dictionary<string, int> _bins = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _byText;
    private readonly long[] _counts;

    private FeatureProfile(string name, FeatureType type, double[] edges, string[] categories, long[] counts)
    {
        Name = name;
        Type = type;
        _edges = edges;
        Categories = categories;
        _counts = counts;
        for (var i = 0; i < categories.Length; i++)
            _bins.TryAdd(categories[i], i);
        _byText = _bins.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public string Name { get; }

    public FeatureType Type { get; }

    /// <summary>Ascending; one fewer than the bins of values. Empty for categories.</summary>
    public IReadOnlyList<double> Edges => _edges;

    public IReadOnlyList<string> Categories { get; }

    /// <summary>
    /// Rows in each bin: those of the values in order, or those of the categories and then of all other categories; the
    /// nulls come last.
    /// </summary>
    public ReadOnlySpan<long> Counts => _counts;

    public int BinCount => _counts.Length;

    public int NullBin => _counts.Length - 1;

    public long Rows => _counts.Sum();

    /// <summary>Most rows have a category that is too rare for a bin of its own: what becomes of these is not seen.</summary>
    public bool IsMostlyOther => Type == FeatureType.Categorical && 2 * _counts[^2] > Rows;

    /// <summary>A numeric column's profile from its values, NaN for null; they are sorted in place.</summary>
    public static FeatureProfile OfNumbers(string name, Span<double> values)
    {
        values.Sort();

        // NaN sorts first.
        var nulls = 0;
        while (nulls < values.Length && double.IsNaN(values[nulls]))
            nulls++;
        var profile = Numeric(name, Binning.Edges(values[nulls..]), null, nulls);
        foreach (var value in values[nulls..])
            profile._counts[profile.BinOf(value)]++;
        return profile;
    }

    /// <summary>A numeric profile from counts that were made elsewhere; null: zeros.</summary>
    public static FeatureProfile Numeric(string name, IReadOnlyList<double> edges, IReadOnlyList<long>? counts, long nulls)
    {
        for (var i = 0; i < edges.Count; i++)
        {
            if (double.IsNaN(edges[i]) || (i > 0 && edges[i] <= edges[i - 1]))
                throw SlipwayException.Invalid($"The edges of '{name}' do not ascend at {edges[i]}.");
        }

        return new FeatureProfile(
            name, FeatureType.Numeric, [.. edges], [], [.. Checked(name, counts, edges.Count + 1), nulls]);
    }

    /// <summary>A categorical column's profile from how often each category was there; the rarest become "other".</summary>
    public static FeatureProfile OfCategories(string name, IEnumerable<KeyValuePair<string, long>> categories, long nulls)
    {
        var ordered = categories.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal).ToList();
        return Categorical(
            name,
            [.. ordered.Take(MostCategories).Select(entry => entry.Key)],
            [.. ordered.Take(MostCategories).Select(entry => entry.Value)],
            ordered.Skip(MostCategories).Sum(entry => entry.Value),
            nulls);
    }

    /// <summary>A categorical profile from counts that were made elsewhere; null: zeros.</summary>
    public static FeatureProfile Categorical(
        string name, IReadOnlyList<string> categories, IReadOnlyList<long>? counts, long other, long nulls) => new(
        name, FeatureType.Categorical, [], [.. categories], [.. Checked(name, counts, categories.Count), other, nulls]);

    public int BinOf(double value)
    {
        if (double.IsNaN(value))
            return NullBin;
        int low = 0, high = _edges.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (value >= _edges[middle])
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    public int BinOf(ReadOnlySpan<char> category) => _byText.TryGetValue(category, out var bin) ? bin : Categories.Count;

    private static IReadOnlyList<long> Checked(string name, IReadOnlyList<long>? counts, int bins)
    {
        if (counts is null)
            return new long[bins];
        if (counts.Count != bins || counts.Any(count => count < 0))
            throw SlipwayException.Invalid($"'{name}' has {bins} bins but {counts.Count} counts, or a negative one.");
        return counts;
    }
}
