using System.Globalization;

namespace Slipway.Lake.Tests;

/// <summary>Values of SQL aggregates as numbers.</summary>
internal static class Measured
{
    /// <summary>Null when it is none.</summary>
    public static double? Number(object? value) => value switch
    {
        bool flag => flag ? 1 : 0,
        Int128 large => (double)large,
        IConvertible and not (string or DateTime) => Convert.ToDouble(value, CultureInfo.InvariantCulture) is var number && double.IsFinite(number) ? number : null,
        _ => null,
    };
}
