using MathNet.Numerics.Distributions;

namespace Slipway.Statistics;

/// <summary>
/// How often something happens that was seen so many times: exact limits by Garwood, "Fiducial Limits for the Poisson Distribution",
/// Biometrika 28 (1936).
/// </summary>
public static class PoissonRate
{
    /// <param name="exposure">Over how many units of time it was counted; more than 0.</param>
    public static (double Rate, double Low, double High) Of(long count, double exposure, double confidence = 0.95)
    {
        Confidence.Check(confidence);
        var tail = (1 - confidence) / 2;
        var low = count == 0 ? 0 : Gamma.InvCDF(count, 1, tail);
        return (count / exposure, low / exposure, Gamma.InvCDF(count + 1, 1, 1 - tail) / exposure);
    }
}
