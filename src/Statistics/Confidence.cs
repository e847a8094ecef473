using Slipway.Kernel;

namespace Slipway.Statistics;

internal static class Confidence
{
    public static void Check(double confidence)
    {
        if (!(confidence > 0 && confidence < 1))
            throw SlipwayException.Invalid($"A confidence of {confidence} is not possible; give one between 0 and 1, such as 0.95.");
    }
}
