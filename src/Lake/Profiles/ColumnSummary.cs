using Slipway.Statistics.Profiles;

namespace Slipway.Lake.Profiles;

/// <summary>What is shown of a column's profile.</summary>
internal sealed record ColumnSummary(ColumnProfile Column)
{
    public const int Bins = 20;
    private const int TopValues = 10;

    public static readonly double[] Shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

    /// <summary>Empty when there is no number.</summary>
    public double[] Quantiles { get; } = Column.Moments.Count == 0 ? [] : Column.Quantiles.Quantiles(Shares);

    public IReadOnlyList<FrequentValue> Top { get; } = Column.Kind == ColumnKind.List ? [] : Column.Frequent.Top(TopValues);

    public FixedHistogram? Histogram { get; } = Column.Moments.Count == 0
        ? null
        : FixedHistogram.Of(Column.Quantiles, Column.Moments.Min, Column.Moments.Max, Bins);

    /// <summary>The numbers are lengths and not the values themselves.</summary>
    public bool IsOfLengths => Column.Kind is ColumnKind.Text or ColumnKind.List;

    /// <summary>Of the kind that the numbers are: lengths are numbers.</summary>
    public ColumnKind NumberKind => IsOfLengths ? ColumnKind.Number : Column.Kind;

    /// <summary>"1,234" or "≈ 1,234,000 ± 1.6 %".</summary>
    public string Distinct => Column.DistinctIsExact
        ? CellText.Count(Column.Distinct)
        : $"≈ {CellText.Count(Column.Distinct)} ± {DistinctCount.StandardError * 100:0.#} %";
}
