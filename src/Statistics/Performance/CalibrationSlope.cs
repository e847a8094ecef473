using MathNet.Numerics.Distributions;

namespace Slipway.Statistics.Performance;

/// <summary>
/// The slope of a logistic regression of the outcome on the logit of the score: 1 for a calibrated score, below 1 for one
/// that is too sure of itself. The interval is Wald's.
/// </summary>
/// <param name="Value">NaN when one class is missing or the classes are parted by the score.</param>
public sealed record CalibrationSlope(double Value, double Low, double High)
{
    private const double Epsilon = 1e-15;
    private const int MostSteps = 50;

    public static CalibrationSlope Of(ReadOnlySpan<double> scores, ReadOnlySpan<double> outcomes)
    {
        var logits = new double[scores.Length];
        for (var i = 0; i < logits.Length; i++)
        {
            var score = Math.Clamp(scores[i], Epsilon, 1 - Epsilon);
            logits[i] = Math.Log(score / (1 - score));
        }

        double intercept = 0, slope = 0;
        for (var step = 0; step < MostSteps; step++)
        {
            double g0 = 0, g1 = 0, h00 = 0, h01 = 0, h11 = 0;
            for (var i = 0; i < logits.Length; i++)
            {
                var p = 1 / (1 + Math.Exp(-(intercept + (slope * logits[i]))));
                double residual = outcomes[i] - p, weight = p * (1 - p);
                g0 += residual;
                g1 += residual * logits[i];
                h00 += weight;
                h01 += weight * logits[i];
                h11 += weight * logits[i] * logits[i];
            }

            var determinant = (h00 * h11) - (h01 * h01);
            if (!(determinant > 1e-10 * h00 * h11))
                break;
            var (up, along) = (((h11 * g0) - (h01 * g1)) / determinant, ((h00 * g1) - (h01 * g0)) / determinant);
            intercept += up;
            slope += along;
            if (Math.Abs(up) + Math.Abs(along) < 1e-12 * (1 + Math.Abs(slope) + Math.Abs(intercept)))
            {
                var reach = Normal.InvCDF(0, 1, 0.975) * Math.Sqrt(h00 / determinant);
                return new CalibrationSlope(slope, slope - reach, slope + reach);
            }
        }

        return new CalibrationSlope(double.NaN, double.NaN, double.NaN);
    }
}
