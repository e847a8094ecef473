namespace Slipway.Statistics.Drift;

/// <summary>
/// The area between the two distribution functions over the standard deviation of the reference. A deviation below
/// 0.001 counts as 0.001, so that a constant reference has a distance too. Infinite values are left out.
/// </summary>
internal sealed class NormalizedWassersteinDistance : ISampleStatistic, ICellStatistic
{
    private const double LeastDeviation = 1e-3;

    public string Name => "normalized_wasserstein_distance";

    public bool IsPValue => false;

    public bool Suits(FeatureType type) => type == FeatureType.Numeric;

    public double Measure(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        reference = Finite(reference);
        current = Finite(current);
        if (reference.IsEmpty || current.IsEmpty)
            return double.NaN;
        return Area(reference, current) / Math.Max(Deviation(reference), LeastDeviation);
    }

    /// <summary>Every number stands at the middle of its cell, from which it is at most half of the cell's width away.</summary>
    public Bounded Measure(CellPair pair)
    {
        var cells = pair.Cells.Where(cell => double.IsFinite(cell.First)).ToList();
        double n = cells.Sum(cell => cell.Reference), m = cells.Sum(cell => cell.Current);
        if (n == 0 || m == 0)
            return Bounded.None;
        double area = 0, error = 0, apart = 0;
        for (var i = 0; i < cells.Count; i++)
        {
            area += i == 0 ? 0 : (cells[i].Middle - cells[i - 1].Middle) * Math.Abs(apart);
            apart += (cells[i].Reference / n) - (cells[i].Current / m);
            error += ((cells[i].Reference / n) + (cells[i].Current / m)) * (cells[i].Last - cells[i].First) / 2;
        }

        var unit = Math.Max(pair.ReferenceDeviation, LeastDeviation);
        return new Bounded(area / unit, Math.Max(0, area - error) / unit, (area + error) / unit);
    }

    // The infinities of an ascending sample are at its ends.
    private static ReadOnlySpan<double> Finite(ReadOnlySpan<double> values)
    {
        int start = 0, end = values.Length;
        while (start < end && double.IsNegativeInfinity(values[start]))
            start++;
        while (end > start && double.IsPositiveInfinity(values[end - 1]))
            end--;
        return values[start..end];
    }

    private static double Area(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        double area = 0, last = Math.Min(first[0], second[0]);
        for (int i = 0, j = 0; i < first.Length || j < second.Length;)
        {
            var next = j == second.Length || (i < first.Length && first[i] <= second[j]) ? first[i] : second[j];
            area += (next - last) * Math.Abs(((double)i / first.Length) - ((double)j / second.Length));
            last = next;
            if (i < first.Length && first[i] <= next)
                i++;
            else
                j++;
        }

        return area;
    }

    private static double Deviation(ReadOnlySpan<double> values)
    {
        double mean = 0, squares = 0;
        foreach (var value in values)
            mean += value;
        mean /= values.Length;
        foreach (var value in values)
            squares += (value - mean) * (value - mean);
        return Math.Sqrt(squares / values.Length);
    }
}
