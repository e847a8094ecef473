using Slipway.Kernel;

namespace Slipway.Statistics.Anomalies;

/// <summary>A series as the sum of what repeats, what drifts and what is left.</summary>
public sealed record Decomposition(double[] Season, double[] Trend, double[] Weights);

/// <summary>
/// Seasonal-trend decomposition by loess: Cleveland, Cleveland, McRae and Terpenning, "STL: A Seasonal-Trend Decomposition Procedure
/// Based on Loess", Journal of Official Statistics 6 (1990). Names of windows are those of the paper.
/// </summary>
public sealed class Stl
{
    private const int MostPeriod = 100_000;
    private const double Rounding = 1e-12;

    private readonly int _period;
    private readonly Loess _seasonal;
    private readonly Loess _lowPass;
    private readonly Loess _trend;
    private readonly (int Inner, int Outer) _rounds;

    /// <param name="period">Points of a season, at least two.</param>
    /// <param name="seasonal">Odd, at least three: over so many seasons a value of the season is smoothed.</param>
    /// <param name="trend">Odd; null: the least that keeps the season out of the trend.</param>
    /// <param name="outer">Rounds in which points are weighted by how well they fit; 0: not robust.</param>
    /// <param name="jump">Loess is computed at about so many points of each window and interpolated between; 0: at each.</param>
    public Stl(int period, int seasonal = 7, int? trend = null, int inner = 2, int outer = 5, int seasonalDegree = 1, int jump = 0)
    {
        if (period is < 2 or > MostPeriod)
            throw SlipwayException.Invalid($"A season has from 2 to {MostPeriod:N0} points, and not {period}.");
        _period = period;
        _rounds = (inner, outer);
        var span = trend ?? Odd(1.5 * period / (1 - (1.5 / seasonal)));
        _seasonal = new Loess(seasonal, seasonalDegree, 1);
        _lowPass = new Loess(Odd(period), 1, Jump(period, jump));
        _trend = new Loess(span, 1, Jump(span, jump));
    }

    /// <param name="values">Finite, evenly spaced, at least two seasons.</param>
    public Decomposition Decompose(double[] values)
    {
        if (values.Length < 2 * _period)
            throw SlipwayException.Invalid($"{values.Length} points are less than two seasons of {_period}.");
        var found = new Decomposition(new double[values.Length], new double[values.Length], Enumerable.Repeat(1.0, values.Length).ToArray());
        for (var outer = 0; outer <= _rounds.Outer; outer++)
        {
            var weights = outer == 0 ? null : found.Weights;
            for (var inner = 0; inner < _rounds.Inner; inner++)
                Round(values, found, weights);
            if (outer < _rounds.Outer)
                Weigh(values, found);
        }

        return found;
    }

    private static int Odd(double value) => (int)Math.Ceiling(value) is var whole && whole % 2 == 0 ? whole + 1 : whole;

    private static int Jump(int window, int jump) => jump == 0 ? 1 : Math.Max(1, (int)Math.Ceiling((double)window / jump));

    private void Round(double[] values, Decomposition found, double[]? weights)
    {
        var detrended = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
            detrended[i] = values[i] - found.Trend[i];
        var cycles = SmoothCycles(detrended, weights);
        var low = _lowPass.Smooth(MovingAverage(MovingAverage(MovingAverage(cycles, _period), _period), 3), null);
        var rest = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            found.Season[i] = cycles[_period + i] - low[i];
            rest[i] = values[i] - found.Season[i];
        }

        _trend.Smooth(rest, weights).CopyTo(found.Trend, 0);
    }

    /// <summary>Each phase of the season by itself, with one season more at both ends.</summary>
    private double[] SmoothCycles(double[] values, double[]? weights)
    {
        var smoothed = new double[values.Length + (2 * _period)];
        for (var phase = 0; phase < _period; phase++)
        {
            var count = (values.Length - 1 - phase) / _period + 1;
            var own = new double[count];
            var ownWeights = weights is null ? null : new double[count];
            for (var i = 0; i < count; i++)
            {
                own[i] = values[(i * _period) + phase];
                if (ownWeights is not null)
                    ownWeights[i] = weights![(i * _period) + phase];
            }

            var line = _seasonal.SmoothBeyond(own, ownWeights);
            for (var i = 0; i < line.Length; i++)
                smoothed[(i * _period) + phase] = line[i];
        }

        return smoothed;
    }

    private static double[] MovingAverage(double[] values, int length)
    {
        var means = new double[values.Length - length + 1];
        var sum = values.AsSpan(0, length).ToArray().Sum();
        means[0] = sum / length;
        for (var i = 1; i < means.Length; i++)
        {
            sum += values[i + length - 1] - values[i - 1];
            means[i] = sum / length;
        }

        return means;
    }

    // The bisquare of each residual, by six times the median of their sizes. Where that is what rounding makes, nothing is far off.
    private static void Weigh(double[] values, Decomposition found)
    {
        var sizes = new double[values.Length];
        for (var i = 0; i < values.Length; i++)
            sizes[i] = Math.Abs(values[i] - found.Season[i] - found.Trend[i]);
        var limit = 6 * RobustScale.Median([.. sizes]);
        if (limit <= Rounding * values.Max(Math.Abs))
            return;
        for (var i = 0; i < values.Length; i++)
        {
            found.Weights[i] = sizes[i] <= 0.001 * limit ? 1
                : sizes[i] <= 0.999 * limit ? Square(1 - Square(sizes[i] / limit))
                : 0;
        }
    }

    private static double Square(double value) => value * value;
}
