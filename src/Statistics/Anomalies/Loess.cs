namespace Slipway.Statistics.Anomalies;

/// <summary>
/// Locally weighted regression on evenly spaced points: Cleveland, "Robust Locally Weighted Regression and Smoothing Scatterplots",
/// Journal of the American Statistical Association 74 (1979), with the conventions of STL at the ends.
/// </summary>
/// <param name="window">Odd: so many neighbours count.</param>
/// <param name="degree">0 or 1.</param>
/// <param name="jump">It is computed at each so many points, and interpolated between.</param>
internal sealed class Loess(int window, int degree, int jump)
{
    public double[] Smooth(double[] values, double[]? weights)
    {
        var count = values.Length;
        var smooth = new double[count];
        var step = Math.Min(jump, Math.Max(1, count - 1));
        var last = 0;
        for (var i = 0; i < count; i += step)
        {
            smooth[i] = At(values, weights, i, FirstOf(i, count)) ?? values[i];
            Interpolate(smooth, last, i);
            last = i;
        }

        if (last < count - 1)
        {
            // The neighbours of the last computed point serve the end as well, as in the authors' program.
            smooth[count - 1] = At(values, weights, count - 1, FirstOf(last, count)) ?? values[count - 1];
            Interpolate(smooth, last, count - 1);
        }

        return smooth;
    }

    /// <summary>With one point more before the first and after the last.</summary>
    public double[] SmoothBeyond(double[] values, double[]? weights)
    {
        var smooth = Smooth(values, weights);
        var before = At(values, weights, -1, 0) ?? smooth[0];
        var after = At(values, weights, values.Length, Math.Max(0, values.Length - window)) ?? smooth[^1];
        return [before, .. smooth, after];
    }

    private int FirstOf(int i, int count) => Math.Clamp(i - (window / 2), 0, Math.Max(0, count - window));

    private static void Interpolate(double[] smooth, int from, int to)
    {
        for (var i = from + 1; i < to; i++)
            smooth[i] = smooth[from] + ((smooth[to] - smooth[from]) * (i - from) / (to - from));
    }

    // Null where no neighbour has any weight.
    private double? At(double[] values, double[]? weights, int at, int first)
    {
        var count = values.Length;
        var end = Math.Min(count, first + window);
        var reach = (double)Math.Max(at - first, end - 1 - at);
        if (window > count)
            reach += (window - count) / 2;
        var near = end - first <= 512 ? stackalloc double[end - first] : new double[end - first];
        var sum = 0.0;
        for (var i = first; i < end; i++)
        {
            var distance = (double)Math.Abs(i - at);
            near[i - first] = distance > 0.999 * reach ? 0
                : (distance <= 0.001 * reach ? 1 : Cube(1 - Cube(distance / reach))) * (weights?[i] ?? 1);
            sum += near[i - first];
        }

        return sum <= 0 ? null : Weighted(values, near, first, at, sum);
    }

    private double Weighted(double[] values, ReadOnlySpan<double> near, int first, int at, double sum)
    {
        var (mean, level) = (0.0, 0.0);
        for (var i = 0; i < near.Length; i++)
        {
            mean += near[i] / sum * (first + i);
            level += near[i] / sum * values[first + i];
        }

        if (degree == 0)
            return level;
        var (spread, slope) = (0.0, 0.0);
        for (var i = 0; i < near.Length; i++)
        {
            var offset = first + i - mean;
            spread += near[i] / sum * offset * offset;
            slope += near[i] / sum * offset * values[first + i];
        }

        return Math.Sqrt(spread) > 0.001 * (values.Length - 1) ? level + ((at - mean) * slope / spread) : level;
    }

    private static double Cube(double value) => value * value * value;
}
