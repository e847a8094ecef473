namespace Slipway.Statistics.Sequential;

/// <summary>
/// Between these a quantity lies with the confidence that was asked for, at all looks together: one may look after every
/// observation, and stop at any of them.
/// </summary>
public readonly record struct Bounds(double Lower, double Upper)
{
    /// <summary>Of the difference of two quantities, each with half of the risk.</summary>
    public static Bounds operator -(Bounds left, Bounds right) => new(left.Lower - right.Upper, left.Upper - right.Lower);

    public static Bounds Subtract(Bounds left, Bounds right) => left - right;
}
