namespace Slipway.Statistics.Linear;

/// <summary>The least of a smooth function, by the steps that the last gradients suggest (Liu and Nocedal, 1989).</summary>
internal sealed class Lbfgs
{
    private const int Memory = 10;
    private const int MostHalvings = 40;

    private readonly List<(double[] Step, double[] Change, double Inverse)> _pairs = [];

    /// <summary>The value at a place; the gradient goes into the second argument.</summary>
    public delegate double Function(ReadOnlySpan<double> at, Span<double> gradient);

    /// <param name="tolerance">The largest entry of the gradient at which it ends.</param>
    public static double[] Minimize(Function function, double[] start, double tolerance, int mostSteps, CancellationToken ct) =>
        new Lbfgs().Run(function, start, tolerance, mostSteps, ct);

    private double[] Run(Function function, double[] at, double tolerance, int mostSteps, CancellationToken ct)
    {
        var gradient = new double[at.Length];
        var value = function(at, gradient);
        for (var step = 0; step < mostSteps && gradient.Max(Math.Abs) > tolerance; step++)
        {
            ct.ThrowIfCancellationRequested();
            var direction = Direction(gradient);
            if (Search(function, at, value, gradient, direction, step) is not { } found)
                break;
            Remember(at, gradient, found);
            (at, gradient, value) = found;
        }

        return at;
    }

    private double[] Direction(double[] gradient)
    {
        var direction = Array.ConvertAll(gradient, entry => -entry);
        var shares = new double[_pairs.Count];
        for (var at = _pairs.Count - 1; at >= 0; at--)
        {
            shares[at] = _pairs[at].Inverse * Dense.Dot(_pairs[at].Step, direction);
            Dense.AddTimes(direction, -shares[at], _pairs[at].Change);
        }

        if (_pairs is [.., var last])
            Dense.Scale(direction, 1 / (last.Inverse * Dense.Dot(last.Change, last.Change)));
        for (var at = 0; at < _pairs.Count; at++)
            Dense.AddTimes(direction, shares[at] - (_pairs[at].Inverse * Dense.Dot(_pairs[at].Change, direction)), _pairs[at].Step);
        return direction;
    }

    // Null when no step goes down any more: the end of what doubles can tell apart.
    private static (double[] At, double[] Gradient, double Value)? Search(
        Function function, double[] at, double value, double[] gradient, double[] direction, int step)
    {
        var slope = Dense.Dot(gradient, direction);
        var size = step == 0 ? Math.Min(1, 1 / gradient.Sum(Math.Abs)) : 1;
        for (var halving = 0; halving < MostHalvings && slope < 0; halving++, size /= 2)
        {
            var next = (double[])at.Clone();
            Dense.AddTimes(next, size, direction);
            var nextGradient = new double[at.Length];
            var nextValue = function(next, nextGradient);
            if (nextValue <= value + (1e-4 * size * slope))
                return (next, nextGradient, nextValue);
        }

        return null;
    }

    private void Remember(double[] at, double[] gradient, (double[] At, double[] Gradient, double Value) found)
    {
        var (step, change) = ((double[])found.At.Clone(), (double[])found.Gradient.Clone());
        Dense.AddTimes(step, -1, at);
        Dense.AddTimes(change, -1, gradient);
        var curvature = Dense.Dot(step, change);
        if (!(curvature > 1e-300))
            return;
        if (_pairs.Count == Memory)
            _pairs.RemoveAt(0);
        _pairs.Add((step, change, 1 / curvature));
    }
}
