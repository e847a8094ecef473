namespace Slipway.Statistics.Drift;

/// <summary>
/// The area between the two distribution functions over the standard deviation of the reference. A deviation below
/// 0.001 counts as 0.001, so that a constant reference has a distance too. Infinite values are left out.
/// </summary>
internal sealed class NormalizedWassersteinDistance : ISampleStatistic
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
