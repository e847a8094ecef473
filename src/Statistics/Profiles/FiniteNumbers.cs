using System.Runtime.Intrinsics;

namespace Slipway.Statistics.Profiles;

/// <summary>Looks at many numbers at once.</summary>
internal static class FiniteNumbers
{
    /// <summary>How many there are in front of the first that is NaN or infinite.</summary>
    public static int Count(ReadOnlySpan<double> values)
    {
        var count = 0;

        // Only of a finite number nothing is left when it is taken from itself.
        for (; values.Length - count >= Vector256<double>.Count; count += Vector256<double>.Count)
        {
            var four = Vector256.Create(values[count..]);
            if (!Vector256.EqualsAll(four - four, Vector256<double>.Zero))
                break;
        }

        while (count < values.Length && double.IsFinite(values[count]))
            count++;
        return count;
    }

    public static bool AreWhole(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            if (value != Math.Floor(value))
                return false;
        }

        return true;
    }
}
