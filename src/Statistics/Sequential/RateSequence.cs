using MathNet.Numerics;
using Slipway.Kernel;

namespace Slipway.Statistics.Sequential;

/// <summary>
/// A confidence sequence of a rate: the mixture sequential probability ratio test over all other rates (uniformly mixed),
/// turned round. With s of n, p is inside while B(1 + s, 1 + n − s) / (p^s (1 − p)^(n − s)) is below 1/α; as that ratio is a martingale
/// at the true p, Ville's inequality bounds the chance that p is ever outside by α. (Robbins, Statistical methods related to the
/// law of the iterated logarithm, 1970; Johari et al., Always valid inference, 2022.)
/// </summary>
public static class RateSequence
{
    private const int Halvings = 60;

    /// <param name="risk">The chance of ever being wrong: 0.05.</param>
    public static Bounds Of(long events, long trials, double risk)
    {
        Confidence.Check(1 - risk);
        if (trials == 0)
            return new Bounds(0, 1);
        if (events < 0 || events > trials)
            throw SlipwayException.Invalid($"{events} events in {trials} trials are not possible.");
        var mixture = SpecialFunctions.BetaLn(events + 1.0, trials - events + 1.0);
        var limit = -Math.Log(risk);
        var rate = (double)events / trials;
        return new Bounds(
            events == 0 ? 0 : Edge(0, rate),
            events == trials ? 1 : Edge(1, rate));

        // Between a rate that is outside and one that is inside.
        double Edge(double outside, double inside)
        {
            for (var i = 0; i < Halvings; i++)
            {
                var middle = (outside + inside) / 2;
                if (mixture - LogLikelihood(middle) >= limit)
                    outside = middle;
                else
                    inside = middle;
            }

            return outside;
        }

        double LogLikelihood(double p) => (events == 0 ? 0 : events * Math.Log(p)) + (events == trials ? 0 : (trials - events) * Math.Log(1 - p));
    }
}
