using MathNet.Numerics;

namespace Slipway.Statistics.Drift;

/// <summary>
/// How likely Kolmogorov's statistic Dₙ of n values exceeds x: the upper tail of scipy.stats.kstwo, by the methods that
/// Simard and L'Ecuyer (Journal of Statistical Software 39, 2011) recommend for each region.
/// </summary>
internal static class KolmogorovDistribution
{
    private const int MostSmall = 140;
    private const double LargestSmirnov = 1e6;
    private const double Vanishing = 370;

    public static double UpperTail(double n, double x)
    {
        var t = n * x;
        if (t <= 0.5)
            return 1;
        if (x >= 1)
            return 0;
        if (t <= 1)
            return 1 - Math.Exp(SpecialFunctions.GammaLn(n + 1) + (n * (Math.Log((2 * t) - 1) - Math.Log(n))));
        if (t >= n - 1)
            return 2 * Math.Pow(1 - x, n);

        var square = t * x;
        if (square >= Vanishing)
            return 0;
        if (x >= 0.5 || square > (n <= MostSmall ? 4 : 2.2))
            return Math.Clamp(2 * Smirnov(n, x), 0, 1);
        if (n <= MostSmall || (n <= 100_000 && n * Math.Pow(x, 1.5) <= 1.4))
            return 1 - Durbin((int)n, x);
        return 1 - PelzGood(n, x);
    }

    // The one-sided tail: x Σ C(n,j) (x + j/n)^(j−1) (1 − x − j/n)^(n−j). Each summand is a binomial probability over
    // x + j/n. For large n the summands are smooth in j and vanish at both ends, where the trapezoidal rule converges
    // exponentially, so that some thousand of them are enough.
    private static double Smirnov(double n, double x)
    {
        const double Nodes = 8192;
        if (n > LargestSmirnov)
            return Math.Exp(-Square((6 * n * x) + 1) / (18 * n));
        var last = Math.Floor(n * (1 - x));
        var stride = Math.Max(1, n / Nodes);
        double sum = 0;
        for (var j = 0.0; j <= last; j += stride)
        {
            var p = x + (j / n);
            if (p < 1)
                sum += Binomial(n, j, p) / p;
        }

        return x * stride * sum;
    }

    // By Loader's deviances, which lose no digits: Fast and accurate computation of binomial probabilities (2000).
    private static double Binomial(double n, double j, double p)
    {
        if (j == 0)
            return Math.Exp(n * double.LogP1(-p));
        if (j == n)
            return Math.Pow(p, n);
        var log = StirlingError(n) - StirlingError(j) - StirlingError(n - j) - Deviance(j, n * p) - Deviance(n - j, n * (1 - p));
        return Math.Sqrt(n / (Constants.Pi2 * j * (n - j))) * Math.Exp(log);
    }

    private static double StirlingError(double n)
    {
        if (n < 16)
            return SpecialFunctions.GammaLn(n + 1) - ((n + 0.5) * Math.Log(n)) + n - (0.5 * Math.Log(Constants.Pi2));
        var square = n * n;
        return ((1.0 / 12) - (((1.0 / 360) - (((1.0 / 1260) - (1.0 / 1680 / square)) / square)) / square)) / n;
    }

    // x ln(x/m) + m − x
    private static double Deviance(double x, double m)
    {
        if (Math.Abs(x - m) >= 0.1 * (x + m))
            return (x * Math.Log(x / m)) + m - x;
        var v = (x - m) / (x + m);
        var sum = (x - m) * v;
        var term = 2 * x * v;
        for (var k = 1; ; k++)
        {
            term *= v * v;
            var next = sum + (term / ((2 * k) + 1));
            if (next == sum)
                return sum;
            sum = next;
        }
    }

    // P(Dₙ < x) = n!/nⁿ (Hⁿ)ₖₖ. Marsaglia, Tsang and Wang, Journal of Statistical Software 8 (2003).
    private static double Durbin(int n, double x)
    {
        var k = (int)Math.Ceiling(n * x);
        var h = k - (n * x);
        var power = ScaledPower.Of(Matrix(k, h), n);
        var (value, exponent) = (power.Values[k - 1, k - 1], power.Exponent);
        for (var i = 1; i <= n; i++)
        {
            value *= (double)i / n;
            if (value < 1e-140)
                (value, exponent) = (value * 1e140, exponent - 140);
        }

        return Math.Clamp(value * Math.Pow(10, exponent), 0, 1);
    }

    private static double[,] Matrix(int k, double h)
    {
        var size = (2 * k) - 1;
        var matrix = new double[size, size];
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < size; j++)
                matrix[i, j] = i - j + 1 < 0 ? 0 : 1;
        }

        for (var i = 0; i < size; i++)
        {
            matrix[i, 0] -= Math.Pow(h, i + 1);
            matrix[size - 1, i] -= Math.Pow(h, size - i);
        }

        matrix[size - 1, 0] += (2 * h) - 1 > 0 ? Math.Pow((2 * h) - 1, size) : 0;
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j <= Math.Min(i, size - 1); j++)
            {
                for (var g = 1; g <= i - j + 1; g++)
                    matrix[i, j] /= g;
            }
        }

        return matrix;
    }

    // Pelz and Good, Journal of the Royal Statistical Society B 38 (1976): K₀ + K₁/√n + K₂/n + K₃/n√n.
    private static double PelzGood(double n, double x)
    {
        const double Pi2 = Math.PI * Math.PI, Pi4 = Pi2 * Pi2, Pi6 = Pi4 * Pi2;
        double z = Math.Sqrt(n) * x, z2 = z * z, z4 = z2 * z2, z6 = z4 * z2;
        double k0 = 0, k1 = 0, k2 = 0, k3 = 0, k2More = 0, k3More = 0;
        for (var k = (int)Math.Ceiling(16 * z / Math.PI); k > 0; k--)
        {
            double m2 = Square((2 * k) - 1), m4 = m2 * m2, m6 = m4 * m2;
            var q = Math.Exp(-Pi2 * m2 / 8 / z2);
            k0 += q;
            k1 += q * ((Pi2 / 4 * m2) - z2);
            k2 += q * ((6 * z6) + (2 * z4) + (((2 * z4) - (5 * z2)) * Pi2 / 4 * m2) + (Pi4 * (1 - (2 * z2)) / 16 * m4));
            k3 += q * ((-30 * z6) - (90 * z6 * z2) + (Pi2 * ((135 * z4) - (96 * z6)) / 4 * m2)
                + (Pi4 * ((212 * z4) - (60 * z2)) / 16 * m4) + (Pi6 * (5 - (30 * z2)) / 64 * m6));
            double square = (double)k * k, power = Math.Exp(-Pi2 / 2 / z2 * square);
            k2More += square * power;
            k3More += ((3 * z2) - (Pi2 * square)) * square * power;
        }

        var root = Math.Sqrt(2 * Math.PI);
        return (k0 * root / z)
            + (k1 * root / (6 * z4) / Math.Sqrt(n))
            + (((k2 * root / (72 * z6 * z)) - (k2More * Pi2 * root / (36 * z2 * z))) / n)
            + (((k3 * root / (6480 * z6 * z4)) + (k3More * Pi2 * root / (216 * z6))) / (n * Math.Sqrt(n)));
    }

    private static double Square(double value) => value * value;
}
