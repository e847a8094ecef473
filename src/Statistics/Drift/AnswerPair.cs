using Slipway.Statistics.Profiles;

namespace Slipway.Statistics.Drift;

/// <summary>A figure, and the range in which it lies if it is computed from the values themselves.</summary>
public readonly record struct Bounded(double Value, double Low, double High)
{
    public static Bounded None { get; } = new(double.NaN, double.NaN, double.NaN);

    public bool IsExact => Low.Equals(High);

    public static Bounded Exact(double value) => new(value, value, value);
}

/// <summary>A statistic of values that can be had from cells, with the error that this makes.</summary>
public interface ICellStatistic : IDriftStatistic
{
    Bounded Measure(CellPair pair);
}

/// <summary>Numbers of a reference and of a window, counted in the same cells, ascending; infinities are cells of their own.</summary>
/// <param name="ReferenceDeviation">The standard deviation of the finite numbers of the reference.</param>
public sealed record CellPair(IReadOnlyList<Cell> Cells, double ReferenceDeviation);

/// <summary>A column of the answers of two windows, reference against current.</summary>
public sealed class AnswerPair(AnswerColumn reference, AnswerColumn current)
{
    private BinnedPair? _binned;
    private CellPair? _cells;

    public AnswerColumn Reference => reference;

    public AnswerColumn Current => current;

    /// <summary>Values of the reference that are no null.</summary>
    public long ReferenceValues => reference.Count - reference.Nulls;

    /// <summary>Different values of the reference, as far as cells tell.</summary>
    public int ReferenceDistinct => reference.Type == FeatureType.Numeric ? Cells.Cells.Count(cell => cell.Reference > 0) : reference.Texts.Count;

    /// <summary>
    /// Counted over the bins of the reference. Numbers: its deciles, each moved to the nearest end of a cell below it, so that both sides' counts are
    /// exact. Texts: its most frequent ones.
    /// </summary>
    public BinnedPair Binned => _binned ??= reference.Type == FeatureType.Numeric ? CellBins.Of(reference, current, Cells.Cells) : TextBins();

    private CellPair Cells => _cells ??= new CellPair(WithInfinities(), Math.Sqrt(reference.Moments.SquaredDeviations / Math.Max(1, reference.Moments.Count)));

    /// <summary>NaN where the statistic has no value for the column.</summary>
    public Bounded Measure(IDriftStatistic statistic) => statistic switch
    {
        _ when reference.Type != current.Type => Bounded.None,
        ICellStatistic cells when reference.Type == FeatureType.Numeric => cells.Measure(Cells),
        IBinnedStatistic binned => Exactness(binned.Measure(Binned.Reference.Counts, [.. Binned.Current])),
        _ => Bounded.None,
    };

    /// <summary>Bad rows, at least and at most.</summary>
    public (QualityBound OutOfBounds, QualityBound Unseen) Quality()
    {
        if (reference.Type != current.Type || ReferenceValues == 0)
            return default;
        if (reference.Type == FeatureType.Numeric)
            return (Outside(), default);
        var unseen = Unseen();
        return (unseen, unseen);
    }

    // Counts of texts that may be too low make a figure that is near, by how much is not known; those of bins are what they are.
    private Bounded Exactness(double value) =>
        reference.MaxError == 0 && current.MaxError == 0 ? Bounded.Exact(value) : new Bounded(value, double.NaN, double.NaN);

    private List<Cell> WithInfinities()
    {
        List<Cell> cells = [.. QuantileSketch.Align(reference.Cells, current.Cells)];
        if (reference.IsWhole && current.IsWhole)
            cells = cells.ConvertAll(cell => cell with { First = Math.Ceiling(cell.First), Last = Math.Floor(cell.Last) });
        if (reference.NegativeInfinities + current.NegativeInfinities > 0)
            cells.Insert(0, new Cell(double.NegativeInfinity, double.NegativeInfinity, reference.NegativeInfinities, current.NegativeInfinities));
        if (reference.PositiveInfinities + current.PositiveInfinities > 0)
            cells.Add(new Cell(double.PositiveInfinity, double.PositiveInfinity, reference.PositiveInfinities, current.PositiveInfinities));
        return cells;
    }

    private BinnedPair TextBins()
    {
        var now = current.Texts.ToDictionary(text => text.Key, text => text.Count);
        var bins = reference.Texts.Take(FeatureProfile.MostCategories).ToList();
        long[] before = [.. bins.Select(text => text.Count)], after = [.. bins.Select(text => now.GetValueOrDefault(text.Key))];
        return new BinnedPair(
            FeatureProfile.Categorical(reference.Name, [.. bins.Select(text => text.Text)], before, ReferenceValues - before.Sum(), reference.Nulls),
            [.. after, current.Count - current.Nulls - after.Sum(), current.Nulls]);
    }

    private QualityBound Outside()
    {
        var least = reference.NegativeInfinities > 0 ? double.NegativeInfinity : reference.Moments.Min;
        var greatest = reference.PositiveInfinities > 0 ? double.PositiveInfinity : reference.Moments.Max;
        var sure = Cells.Cells.Where(cell => cell.Last < least || cell.First > greatest).Sum(cell => cell.Current);
        var perhaps = Cells.Cells.Where(cell => (cell.First < least && cell.Last >= least) || (cell.First <= greatest && cell.Last > greatest)).Sum(cell => cell.Current);

        // Where the window's own ends lie inside, nothing does not.
        if (current.Moments.Min >= least && current.Moments.Max <= greatest)
            perhaps = 0;
        return new QualityBound(sure, sure + perhaps);
    }

    private QualityBound Unseen()
    {
        var known = reference.Texts.Select(text => text.Key).ToHashSet();
        var strange = current.Texts.Where(text => !known.Contains(text.Key)).Sum(text => text.Count);
        var unlisted = current.Count - current.Nulls - current.Texts.Sum(text => text.Count);
        return new QualityBound(reference.MaxError == 0 ? strange : 0, strange + unlisted);
    }
}

/// <summary>How many rows there are at least, and at most.</summary>
public readonly record struct QualityBound(long Least, long Most);
