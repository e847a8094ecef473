namespace Slipway.Statistics.Performance;

/// <summary>
/// Percentile intervals by the bootstrap in which each row counts Poisson(1) times (Hanley and MacGibbon, 2006): one pass
/// over the rows for each resample, without drawing or sorting them again.
/// </summary>
public static class PoissonBootstrap
{
    private const double Confidence = 0.95;

    public delegate double[] Measure(ReadOnlySpan<byte> weights);

    /// <summary>For each figure the interval that holds it with 95 % confidence; NaN where too few resamples have a value.</summary>
    /// <param name="seed">Makes the result repeatable.</param>
    public static (double Low, double High)[] Intervals(int rows, Measure measure, int resamples = 200, int seed = 1)
    {
        var random = new Random(seed);
        var weights = new byte[rows];
        var noise = new byte[rows * sizeof(ushort)];
        var results = new double[resamples][];
        for (var r = 0; r < resamples; r++)
        {
            random.NextBytes(noise);
            for (var i = 0; i < rows; i++)
                weights[i] = Poisson((ushort)(noise[2 * i] | (noise[(2 * i) + 1] << 8)));
            results[r] = measure(weights);
        }

        return [.. Enumerable.Range(0, results[0].Length).Select(figure => Interval([.. results.Select(one => one[figure])]))];
    }

    private static (double Low, double High) Interval(double[] values)
    {
        var sorted = values.Where(double.IsFinite).Order().ToArray();
        return sorted.Length < values.Length * 9 / 10
            ? (double.NaN, double.NaN)
            : (Quantile(sorted, (1 - Confidence) / 2), Quantile(sorted, (1 + Confidence) / 2));
    }

    private static double Quantile(double[] sorted, double q)
    {
        var position = q * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }

    // e⁻¹ Σ 1/k! in units of 2⁻¹⁶.
    private static byte Poisson(ushort uniform) => uniform switch
    {
        < 24109 => 0,
        < 48219 => 1,
        < 60273 => 2,
        < 64291 => 3,
        < 65296 => 4,
        < 65497 => 5,
        < 65531 => 6,
        _ => 7,
    };
}
