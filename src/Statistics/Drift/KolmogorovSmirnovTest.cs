namespace Slipway.Statistics.Drift;

/// <summary>How the p-value of the Kolmogorov-Smirnov test is found; the words are scipy's.</summary>
internal enum KolmogorovSmirnovMethod
{
    /// <summary>Exact while both samples have at most 10,000 values, asymptotic beyond.</summary>
    Auto,
    Exact,
    Asymptotic,
}

/// <summary>
/// The two-sided p-value of the two-sample Kolmogorov-Smirnov test, as scipy.stats.ks_2samp: exact (given no ties), or by
/// the distribution of the one-sample statistic of nm/(n+m) values.
/// </summary>
internal sealed class KolmogorovSmirnovTest(KolmogorovSmirnovMethod method = KolmogorovSmirnovMethod.Auto) : ISampleStatistic, ICellStatistic
{
    private const int MostExact = 10_000;

    public string Name => "two_sample_kolmogorov_smirnov_test";

    public bool IsPValue => true;

    public bool Suits(FeatureType type) => type == FeatureType.Numeric;

    public double Measure(ReadOnlySpan<double> reference, ReadOnlySpan<double> current)
    {
        if (reference.IsEmpty || current.IsEmpty)
            return double.NaN;
        return PValue(reference.Length, current.Length, Distance(reference, current));
    }

    /// <summary>The distance at the ends of cells is the least that it can be; within a cell it may be greater by what lies in it.</summary>
    public Bounded Measure(CellPair pair)
    {
        long n = pair.Cells.Sum(cell => cell.Reference), m = pair.Cells.Sum(cell => cell.Current);
        if (n == 0 || m == 0)
            return Bounded.None;
        long i = 0, j = 0, least = 0, most = 0;
        foreach (var cell in pair.Cells)
        {
            long before = i * m, now = j * n;
            i += cell.Reference;
            j += cell.Current;
            least = Math.Max(least, Math.Abs((i * m) - (j * n)));
            if (cell.First < cell.Last)
                most = Math.Max(most, Math.Max((i * m) - now, (j * n) - before));
        }

        var value = PValue(n, m, least);
        return new Bounded(value, most > least ? PValue(n, m, most) : value, value);
    }

    private double PValue(long n, long m, long distance) =>
        method == KolmogorovSmirnovMethod.Exact || (method == KolmogorovSmirnovMethod.Auto && Math.Max(n, m) <= MostExact)
            ? Exact((int)n, (int)m, distance)
            : KolmogorovDistribution.UpperTail(
                Math.Round((double)n * m / ((double)n + m), MidpointRounding.ToEven), (double)distance / n / m);

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
    // with probability i / (i + j). Only the band within the distance needs to be computed; outside it is certain.
    private static double Exact(int n, int m, long distance)
    {
        if (distance == 0)
            return 1;
        var row = new double[m + 1];
        Array.Fill(row, 1);
        for (var i = 0; i <= n; i++)
        {
            // |i m − j n| < distance
            var least = ((long)i * m) - distance;
            var low = least < 0 ? 0 : (int)(least / n) + 1;
            var high = (int)Math.Min(m, (((long)i * m) + distance - 1) / n);
            var left = low == 0 ? 0 : 1.0;
            for (var j = low; j <= high; j++)
            {
                left = i + j == 0 ? 0 : ((i * (i == 0 ? 0 : row[j])) + (j * left)) / (i + j);
                row[j] = left;
            }
        }

        return row[m];
    }
}
