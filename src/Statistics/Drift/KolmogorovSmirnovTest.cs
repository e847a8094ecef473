namespace Slipway.Statistics.Drift;

/// <summary>
/// The two-sided p-value of the two-sample Kolmogorov-Smirnov test: exact (given no ties) when the product of the sample
/// sizes is at most 10,000, otherwise by the limit distribution.
/// </summary>
internal sealed class KolmogorovSmirnovTest : ISampleStatistic
{
    private const long MostExact = 10_000;
    private const int Terms = 100;

    public string Name => "two_sample_kolmogorov_smirnov_test";

    public bool IsPValue => true;

    public bool Suits(FeatureType type) => type == FeatureType.Numeric;

    public double Measure(Span<double> reference, Span<double> current)
    {
        if (reference.IsEmpty || current.IsEmpty)
            return double.NaN;
        reference.Sort();
        current.Sort();
        var distance = Distance(reference, current);
        double n = reference.Length, m = current.Length;
        return n * m <= MostExact
            ? Exact(reference.Length, current.Length, distance)
            : Limit(Math.Sqrt(n * m / (n + m)) * distance / (n * m));
    }

    // The greatest difference of the two distribution functions, in units of 1 / (n m).
    private static long Distance(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        long n = first.Length, m = second.Length, greatest = 0;
        int i = 0, j = 0;
        while (i < n && j < m)
        {
            var value = Math.Min(first[i], second[j]);
            while (i < n && first[i] <= value)
                i++;
            while (j < m && second[j] <= value)
                j++;
            greatest = Math.Max(greatest, Math.Abs((i * m) - (j * n)));
        }

        return greatest;
    }

    // The chance that a random merge of both samples, seen as a lattice path from (0,0) to (n,m), touches a point where
    // the distribution functions differ by the distance or more. Given that it passes (i,j), its last step was one in i
    // with probability i / (i + j).
    private static double Exact(int n, int m, long distance)
    {
        if (distance == 0)
            return 1;
        var row = new double[m + 1];
        for (var i = 0; i <= n; i++)
        {
            for (var j = 0; j <= m; j++)
            {
                if (Math.Abs(((long)i * m) - ((long)j * n)) >= distance)
                    row[j] = 1;
                else if (i + j == 0)
                    row[j] = 0;
                else
                    row[j] = ((i * (i == 0 ? 0 : row[j])) + (j * (j == 0 ? 0 : row[j - 1]))) / (i + j);
            }
        }

        return row[m];
    }

    // Kolmogorov's distribution: two series that converge fast on either side of 1.
    private static double Limit(double z)
    {
        if (z == 0)
            return 1;
        double sum = 0;
        if (z < 1)
        {
            for (var k = 1; k <= Terms; k++)
                sum += Math.Exp(-((2 * k) - 1) * ((2 * k) - 1) * Math.PI * Math.PI / (8 * z * z));
            return Math.Clamp(1 - (Math.Sqrt(2 * Math.PI) / z * sum), 0, 1);
        }

        for (var k = 1; k <= Terms; k++)
            sum += (k % 2 == 1 ? 2 : -2) * Math.Exp(-2.0 * k * k * z * z);
        return Math.Clamp(sum, 0, 1);
    }
}
