using System.Numerics;
using System.Runtime.InteropServices;

namespace Slipway.Statistics.Linear;

/// <summary>Sums over rows of numbers, several at once.</summary>
internal static class Dense
{
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var wide = MemoryMarshal.Cast<double, Vector<double>>(a);
        var others = MemoryMarshal.Cast<double, Vector<double>>(b);
        var sums = Vector<double>.Zero;
        for (var i = 0; i < wide.Length; i++)
            sums += wide[i] * others[i];
        var sum = Vector.Sum(sums);
        for (var i = wide.Length * Vector<double>.Count; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    /// <summary>Adds to the first, entry by entry, so many times the other.</summary>
    public static void AddTimes(Span<double> to, double times, ReadOnlySpan<double> other)
    {
        var wide = MemoryMarshal.Cast<double, Vector<double>>(to);
        var others = MemoryMarshal.Cast<double, Vector<double>>(other);
        for (var i = 0; i < wide.Length; i++)
            wide[i] += others[i] * times;
        for (var i = wide.Length * Vector<double>.Count; i < to.Length; i++)
            to[i] += other[i] * times;
    }

    public static void Scale(Span<double> values, double times)
    {
        foreach (ref var value in values)
            value *= times;
    }
}
