using Slipway.Kernel;

namespace Slipway.Statistics.Sequential;

/// <summary>
/// A confidence sequence of the mean of values between two limits, which gets narrower the less they vary: the predictable plug-in
/// empirical-Bernstein sequence of Waudby-Smith and Ramdas, Estimating means of bounded random variables by betting, 2024, theorem 2.
/// </summary>
public sealed class MeanSequence
{
    private const double GreatestBet = 0.5;

    private readonly double _least;
    private readonly double _width;
    private readonly double _logRisk;
    private double _bets;
    private double _betted;
    private double _variation;
    private double _sum;
    private double _squares;

    /// <param name="risk">The chance of ever being wrong: 0.05.</param>
    public MeanSequence(double least, double greatest, double risk)
    {
        Confidence.Check(1 - risk);
        (_least, _width, _logRisk) = (least, greatest - least, Math.Log(2 / risk));
        if (!(_width > 0))
            throw SlipwayException.Invalid($"Values from {least} to {greatest} have no mean to look for.");
    }

    public long Count { get; private set; }

    public double Mean => Count == 0 ? double.NaN : _least + (_width * _sum / Count);

    /// <summary>Where the mean lies: the narrowest that any of the looks has left.</summary>
    public Bounds Bounds => new(_least + (_width * _lower), _least + (_width * _upper));

    private double _lower;
    private double _upper = 1;

    public void Add(double value)
    {
        var x = (value - _least) / _width;
        if (!(x is >= 0 and <= 1))
            throw SlipwayException.Invalid($"{value} is not between {_least} and {_least + _width}.");

        // What is betted on a value is chosen before it is seen.
        var expected = (0.5 + _sum) / (Count + 1);
        var variance = (0.25 + _squares) / (Count + 1);
        var next = Count + 1;
        var bet = Math.Min(GreatestBet, Math.Sqrt(2 * _logRisk / (variance * next * Math.Log(1 + next))));
        _bets += bet;
        _betted += bet * x;
        _variation += (x - expected) * (x - expected) * (-Math.Log(1 - bet) - bet);

        Count = next;
        _sum += x;
        var mean = (0.5 + _sum) / (Count + 1);
        _squares += (x - mean) * (x - mean);
        var centre = _betted / _bets;
        var radius = (_logRisk + _variation) / _bets;
        _lower = Math.Max(_lower, centre - radius);
        _upper = Math.Min(_upper, centre + radius);
    }
}
