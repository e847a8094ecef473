using Slipway.Statistics.Profiles;

namespace Slipway.Lake.Diff;

/// <summary>How the figures of the columns that two profiles share have moved.</summary>
internal static class ColumnComparison
{
    public static IReadOnlyList<ColumnShift> Of(TableProfile before, TableProfile after) =>
    [
        .. before.Columns.Select(column => (Before: column, After: after.Find(column.Name)))
            .Where(pair => pair.After is not null)
            .Select(pair => new ColumnShift(pair.Before.Name, Figures(pair.Before), Figures(pair.After!), Distance(pair.Before, pair.After!))),
    ];

    private static ColumnFigures Figures(ColumnProfile column)
    {
        var isNumber = column.Kind is ColumnKind.Number or ColumnKind.Time or ColumnKind.Boolean && column.Moments.Count > 0;
        return new ColumnFigures(
            column.Count == 0 ? 0 : (double)column.Nulls / column.Count,
            column.Distinct,
            isNumber ? column.Moments.Mean : null,
            isNumber ? column.Quantiles.Quantile(0.5) : null,
            isNumber ? column.Moments.Min : null,
            isNumber ? column.Moments.Max : null);
    }

    private static double? Distance(ColumnProfile before, ColumnProfile after)
    {
        if (before.Kind != after.Kind || before.Count == before.Nulls || after.Count == after.Nulls)
            return null;
        return before.Kind switch
        {
            ColumnKind.Number or ColumnKind.Time or ColumnKind.Boolean => KolmogorovSmirnov(before.Quantiles.Values(), after.Quantiles.Values()),
            ColumnKind.Text when before.DistinctIsExact && after.DistinctIsExact => TotalVariation(before.Frequent, after.Frequent),
            _ => null,
        };
    }

    private static double? KolmogorovSmirnov(IReadOnlyList<WeightedValue> before, IReadOnlyList<WeightedValue> after)
    {
        if (before.Count == 0 || after.Count == 0)
            return null;
        var (left, right) = ((double)before.Sum(value => value.Count), (double)after.Sum(value => value.Count));
        var (i, j, below, above, greatest) = (0, 0, 0L, 0L, 0.0);
        while (i < before.Count || j < after.Count)
        {
            var next = Math.Min(
                i < before.Count ? before[i].Value : double.PositiveInfinity, j < after.Count ? after[j].Value : double.PositiveInfinity);
            while (i < before.Count && before[i].Value <= next)
                below += before[i++].Count;
            while (j < after.Count && after[j].Value <= next)
                above += after[j++].Count;
            greatest = Math.Max(greatest, Math.Abs((below / left) - (above / right)));
        }

        return greatest;
    }

    private static double TotalVariation(FrequentValues before, FrequentValues after)
    {
        var (left, right) = (before.Top(FrequentValues.Capacity), after.Top(FrequentValues.Capacity));
        var (rowsBefore, rowsAfter) = ((double)left.Sum(value => value.Count), (double)right.Sum(value => value.Count));
        var shares = left.ToDictionary(value => value.Key, value => value.Count / rowsBefore);
        foreach (var value in right)
            shares[value.Key] = shares.GetValueOrDefault(value.Key) - (value.Count / rowsAfter);
        return shares.Values.Sum(Math.Abs) / 2;
    }
}
