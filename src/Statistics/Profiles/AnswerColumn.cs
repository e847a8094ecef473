using System.Text;
using Slipway.Statistics.Drift;

namespace Slipway.Statistics.Profiles;

/// <summary>
/// One input or output of a model over the answers of a window, in bounded space: counters, moments, and how its values were distributed. Filling
/// it allocates nothing once it has its size.
/// </summary>
public sealed partial class AnswerColumn
{
    // Numbers are told apart by 13 binary digits at most, by fewer when that makes more cells than this.
    private const int MostCells = 255;
    private const int Finest = 40;

    private readonly byte[] _name;
    private byte[] _layout = [];
    private Dictionary<ulong, int> _known = [];
    private long[] _bins = [];

    /// <param name="layout">Whose bins are counted exactly beside everything else; null: none. Its counts are not looked at.</param>
    public AnswerColumn(string name, FeatureType type, FeatureProfile? layout = null)
    {
        (Name, _name, Type) = (name, Encoding.UTF8.GetBytes(name), type);
        if (layout is not null && layout.Type == type)
            LayOut(layout, AnswerLayout.Write(layout));
    }

    public string Name { get; }

    public FeatureType Type { get; }

    /// <summary>Rows.</summary>
    public long Count { get; private set; }

    /// <summary>NaN, which is how a number is missing.</summary>
    public long Nulls { get; private set; }

    public long NegativeInfinities { get; private set; }

    public long PositiveInfinities { get; private set; }

    /// <summary>All finite numbers are whole, so that cells of small ones hold one number each.</summary>
    public bool IsWhole { get; private set; } = true;

    /// <summary>Of the finite numbers.</summary>
    public Moments Moments { get; } = new();

    /// <inheritdoc cref="Moments"/>
    public QuantileSketch Cells { get; } = new(MostCells, Finest);

    /// <summary>Texts that are no category of the layout.</summary>
    public FrequentTexts Others { get; } = new();

    /// <summary>The bins that are counted; null: none.</summary>
    public FeatureProfile? Layout { get; private set; }

    /// <summary>As <see cref="FeatureProfile.Counts"/> of the layout; empty without one.</summary>
    public ReadOnlySpan<long> Bins => _bins;

    /// <summary>By how much the count of a text may be too low.</summary>
    public long MaxError => Others.MaxError;

    /// <summary>The texts with their counts, the most frequent first.</summary>
    public IReadOnlyList<FrequentText> Texts =>
    [
        .. Others.All.Concat(_known.Where(known => _bins[known.Value] > 0).Select(known => new FrequentText(known.Key, Layout!.Categories[known.Value], _bins[known.Value])))
            .OrderByDescending(text => text.Count).ThenBy(text => text.Key),
    ];

    public void Add(ReadOnlySpan<double> values)
    {
        Count += values.Length;
        if (Layout is not null)
        {
            foreach (var value in values)
                _bins[Layout.BinOf(value)]++;
        }

        for (var start = 0; start < values.Length;)
        {
            var end = start + FiniteNumbers.Count(values[start..]);
            var finite = values[start..end];
            IsWhole = IsWhole && FiniteNumbers.AreWhole(finite);
            Moments.Add(finite);
            Cells.Add(finite);
            if (end < values.Length)
                AddSpecial(values[end]);
            start = end + 1;
        }
    }

    /// <param name="count">How often it is there.</param>
    public void Add(ReadOnlySpan<byte> utf8, long count = 1)
    {
        Count += count;
        var hash = StableHash.Of(utf8);
        if (_known.TryGetValue(hash, out var bin))
        {
            _bins[bin] += count;
            return;
        }

        if (Layout is not null)
            _bins[Layout.Categories.Count] += count;
        Others.Add(hash, utf8, count);
    }

    /// <summary>Rows in which a text is missing.</summary>
    public void AddNulls(long count)
    {
        Count += count;
        Nulls += count;
        if (Layout is not null)
            _bins[Layout.NullBin] += count;
    }

    public void Clear()
    {
        (Count, Nulls, NegativeInfinities, PositiveInfinities) = (0, 0, 0, 0);
        IsWhole = true;
        Moments.Clear();
        Cells.Clear();
        Others.Clear();
        Array.Clear(_bins);
    }

    internal bool Is(ReadOnlySpan<byte> utf8Name, FeatureType type) => Type == type && utf8Name.SequenceEqual(_name);

    private void AddSpecial(double value)
    {
        if (double.IsNaN(value))
            Nulls++;
        else if (value < 0)
            NegativeInfinities++;
        else
            PositiveInfinities++;
    }

    private void LayOut(FeatureProfile layout, byte[] stored)
    {
        (Layout, _layout, _bins) = (layout, stored, new long[layout.BinCount]);
        foreach (var (bin, category) in layout.Categories.Index())
            _known.TryAdd(StableHash.Of(Encoding.UTF8.GetBytes(category)), bin);
    }
}
