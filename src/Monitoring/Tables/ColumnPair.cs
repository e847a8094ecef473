using Slipway.Statistics.Drift;
using Slipway.Statistics.Quality;

namespace Slipway.Monitoring.Tables;

/// <summary>A column of the reference and of the window in question, counted.</summary>
/// <param name="Numbers">Null for categories.</param>
/// <param name="Categories">Null for numbers.</param>
/// <param name="CurrentRows">Rows of the window.</param>
/// <param name="TypeErrors">Values of the window that are not of the reference's type; they are among the nulls.</param>
internal sealed record ColumnPair(
    string Feature, FeatureType Type, NumberPair? Numbers, CategoryCounts? Categories, long CurrentRows, long TypeErrors)
{
    private BinnedPair? _binned;

    /// <summary>Values of the reference that are no null.</summary>
    public long ReferenceValues => Numbers?.Reference.Length ?? Categories!.ReferenceValues;

    /// <summary>Different values of the reference; for numbers, as far as few are told from many.</summary>
    public int ReferenceDistinct => Numbers?.ReferenceDistinct(DriftChoice.FewValues + 1) ?? Categories!.ReferenceDistinct;

    /// <summary>Counted over the bins of the reference; may be kept.</summary>
    public BinnedPair Binned => _binned ??= Numbers?.Binned(Feature) ?? Categories!.Binned(Feature);

    /// <summary>NaN where the statistic has no value for the column.</summary>
    public double Measure(IDriftStatistic statistic)
    {
        if (statistic is ISampleStatistic sample)
            return Numbers is null ? double.NaN : sample.Measure(Numbers.Reference, Numbers.Current);
        return statistic is IBinnedStatistic binned ? binned.Measure(Binned.Reference.Counts, [.. Binned.Current]) : double.NaN;
    }

    public QualityCounts Quality() => new(
        CurrentRows,
        (Numbers?.CurrentNulls ?? Categories!.CurrentNulls) - (Type == FeatureType.Numeric ? TypeErrors : 0),
        TypeErrors,
        Numbers?.OutOfBounds() ?? Unseen,
        Unseen);

    private long Unseen => Categories is null || Categories.ReferenceDistinct == 0 ? 0 : Categories.Unseen;
}
