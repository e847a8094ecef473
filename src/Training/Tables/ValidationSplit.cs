using Slipway.Kernel;

namespace Slipway.Training.Tables;

/// <summary>Says which rows are kept back: the newest, or a draw that a seed repeats.</summary>
internal static class ValidationSplit
{
    public static (TrainingRows Train, TrainingRows Valid) Of(TrainingRows rows, double fraction, int seed)
    {
        if (fraction == 0)
            return (rows, rows.Where(new bool[rows.Count]));

        var kept = rows.Times.Length > 0 ? Newest(rows.Times, fraction) : Drawn(rows.Count, fraction, seed);
        var valid = rows.Where(kept);
        if (valid.Count == 0 || valid.Count == rows.Count)
        {
            throw SlipwayException.Invalid(
                $"Of {rows.Count} rows, {valid.Count} would be for validation; use more rows, another valid_fraction, or no time_column.");
        }

        return (rows.Where(Array.ConvertAll(kept, row => !row)), valid);
    }

    // Rows of the same time are not torn apart, so the share may be larger than asked for.
    private static bool[] Newest(double[] times, double fraction)
    {
        var sorted = (double[])times.Clone();
        Array.Sort(sorted);
        var limit = sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * (1 - fraction)))];
        return Array.ConvertAll(times, time => time >= limit);
    }

    private static bool[] Drawn(int rows, double fraction, int seed)
    {
        var random = new Random(seed);
        var kept = new bool[rows];
        for (var row = 0; row < rows; row++)
            kept[row] = random.NextDouble() < fraction;
        return kept;
    }
}
