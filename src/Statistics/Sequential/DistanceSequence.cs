namespace Slipway.Statistics.Sequential;

/// <summary>
/// A confidence sequence of the Kolmogorov-Smirnov distance of two distributions. Massart's constant in the inequality of Dvoretzky,
/// Kiefer and Wolfowitz bounds how far a sample of n is from its distribution; giving size n the part 6 / (π² n²) of the risk makes
/// that hold at all sizes together.
/// </summary>
public static class DistanceSequence
{
    /// <param name="reference">Ascending.</param>
    /// <param name="current">Ascending.</param>
    public static (double Distance, Bounds Bounds) Of(ReadOnlySpan<double> reference, ReadOnlySpan<double> current, double risk)
    {
        Confidence.Check(1 - risk);
        if (reference.IsEmpty || current.IsEmpty)
            return (double.NaN, new Bounds(0, 1));
        var distance = Distance(reference, current);
        var slack = Radius(reference.Length, risk / 2) + Radius(current.Length, risk / 2);
        return (distance, new Bounds(Math.Max(0, distance - slack), Math.Min(1, distance + slack)));
    }

    /// <summary>How far a sample's distribution may be from the true one, at all sizes together.</summary>
    internal static double Radius(long count, double risk) =>
        Math.Min(1, Math.Sqrt(Math.Log(Math.PI * Math.PI * count * count / (3 * risk)) / (2 * count)));

    private static double Distance(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        var (i, j, greatest) = (0, 0, 0.0);
        while (i < left.Length && j < right.Length)
        {
            var value = Math.Min(left[i], right[j]);
            while (i < left.Length && left[i] <= value)
                i++;
            while (j < right.Length && right[j] <= value)
                j++;
            greatest = Math.Max(greatest, Math.Abs(((double)i / left.Length) - ((double)j / right.Length)));
        }

        return greatest;
    }
}
