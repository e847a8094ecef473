namespace Slipway.Unit.Statistics;

/// <summary>The numbers that Golden/automl-scores.py draws, by the same generator.</summary>
internal static class GoldenNumbers
{
    public static double[] Draw(int count)
    {
        var state = 12345L;
        var drawn = new double[count];
        for (var at = 0; at < count; at++)
        {
            state = ((state * 1103515245) + 12345) % 2147483648;
            drawn[at] = state / 2147483648.0;
        }

        return drawn;
    }
}
