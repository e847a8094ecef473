using System.Runtime.InteropServices;

namespace Slipway.Statistics.Drift;

/// <summary>Numbers in ascending order, without the nulls (NaN) among them.</summary>
internal static class SortedSample
{
    private const int Digit = 11;
    private const int Buckets = 1 << Digit;
    private const int LeastRadix = 4096;
    private const ulong Sign = 1UL << 63;

    /// <summary>
    /// Sorts in place. Many values are sorted by radix over their bits, where digits that all values share cost nothing:
    /// integers need few of the six passes.
    /// </summary>
    public static void Sort(Span<double> values)
    {
        if (values.Length < LeastRadix)
        {
            values.Sort();
            return;
        }

        var keys = MemoryMarshal.Cast<double, ulong>(values);
        ulong all = ulong.MaxValue, any = 0;
        foreach (ref var key in keys)
        {
            // Flips the bits of negatives and the sign of the others: the order of the numbers becomes that of the bits.
            key ^= (ulong)((long)key >> 63) | Sign;
            all &= key;
            any |= key;
        }

        var scratch = GC.AllocateUninitializedArray<ulong>(keys.Length);
        Span<ulong> from = keys, to = scratch;
        for (var shift = 0; shift < 64; shift += Digit)
        {
            if ((((all ^ any) >> shift) & (Buckets - 1)) == 0)
                continue;
            Pass(from, to, shift);
            var swap = from;
            from = to;
            to = swap;
        }

        for (var i = 0; i < keys.Length; i++)
        {
            var key = from[i];
            keys[i] = key ^ ((key & Sign) == 0 ? ulong.MaxValue : Sign);
        }
    }

    private static void Pass(ReadOnlySpan<ulong> from, Span<ulong> to, int shift)
    {
        Span<int> places = stackalloc int[Buckets];
        places.Clear();
        foreach (var key in from)
            places[(int)(key >> shift) & (Buckets - 1)]++;
        var sum = 0;
        foreach (ref var place in places)
            (place, sum) = (sum, sum + place);
        foreach (var key in from)
            to[places[(int)(key >> shift) & (Buckets - 1)]++] = key;
    }
}
