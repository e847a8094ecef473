using MathNet.Numerics.Distributions;

namespace Slipway.Statistics.Search;

/// <summary>Where some trials lie in one dimension, as a density over the places of its scale.</summary>
internal interface IParzen
{
    static IParzen Of(Distribution distribution, IReadOnlyList<double> values) => distribution switch
    {
        Choices choices => new ChoiceParzen(choices, values),
        Continuous scale => new ScaleParzen(scale, values),
        _ => throw new ArgumentException($"{distribution.GetType().Name} has no estimate.", nameof(distribution)),
    };

    double Draw(Draws draws);

    double Density(double place);
}

/// <summary>Counts, each choice having one to begin with.</summary>
internal sealed class ChoiceParzen : IParzen
{
    private readonly double[] _shares;

    public ChoiceParzen(Choices choices, IReadOnlyList<double> values)
    {
        _shares = new double[choices.Count];
        Array.Fill(_shares, 1.0 / (values.Count + choices.Count));
        foreach (var value in values)
            _shares[(int)value] += 1.0 / (values.Count + choices.Count);
    }

    public double Draw(Draws draws)
    {
        var left = draws.Share();
        for (var choice = 0; choice < _shares.Length - 1; choice++)
        {
            left -= _shares[choice];
            if (left < 0)
                return choice;
        }

        return _shares.Length - 1;
    }

    public double Density(double place) => _shares[(int)place];
}

/// <summary>A normal curve at each value, as wide as the way to its neighbours, and one for what is assumed of old.</summary>
internal sealed class ScaleParzen : IParzen
{
    // Narrower curves would search one spot for ever.
    private const int NarrowestParts = 100;

    private readonly (double Mean, double Width, double Low, double High)[] _curves;

    public ScaleParzen(Continuous scale, IReadOnlyList<double> values)
    {
        var (centre, range) = scale.IsNormal
            ? (scale.First, 2 * scale.Second)
            : ((scale.First + scale.Second) / 2, scale.Second - scale.First);
        var (low, high) = scale.IsNormal
            ? (double.NegativeInfinity, double.PositiveInfinity)
            : (scale.First, scale.Second);
        var places = values.Select(value => Math.Clamp(scale.PlaceOf(value), low, high)).Append(centre).Order().ToArray();
        var narrowest = range / Math.Min(NarrowestParts, 1 + places.Length);
        _curves = [.. places.Select((place, at) =>
        {
            // A space of one value only has no width.
            var width = place == centre ? range : Math.Clamp(Neighbour(places, at, low, high), narrowest, range);
            width = Math.Max(width, 1e-12);
            return (place, width, Below(low, place, width), Below(high, place, width));
        })];
    }

    public double Draw(Draws draws)
    {
        var (mean, width, low, high) = _curves[Math.Min(_curves.Length - 1, (int)(draws.Share() * _curves.Length))];

        // Far out, the curve is 0 or 1 to a double.
        return Normal.InvCDF(mean, width, Math.Clamp(low + (draws.Share() * (high - low)), 1e-15, 1 - 1e-15));
    }

    public double Density(double place) =>
        _curves.Sum(curve => Normal.PDF(curve.Mean, curve.Width, place) / (curve.High - curve.Low)) / _curves.Length;

    private static double Neighbour(double[] places, int at, double low, double high)
    {
        var before = at > 0 ? places[at - 1] : low;
        var after = at < places.Length - 1 ? places[at + 1] : high;
        return Math.Max(Finite(places[at] - before), Finite(after - places[at]));
    }

    private static double Finite(double width) => double.IsFinite(width) ? width : 0;

    private static double Below(double bound, double mean, double width) =>
        double.IsInfinity(bound) ? (bound > 0 ? 1 : 0) : Normal.CDF(mean, width, bound);
}
