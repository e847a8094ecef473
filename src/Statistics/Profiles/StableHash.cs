using System.Buffers.Binary;

namespace Slipway.Statistics.Profiles;

/// <summary>64 bits of a value that are the same in every process, so that sketches of different machines can be merged.</summary>
internal static class StableHash
{
    private const ulong Odd = 0x9E3779B97F4A7C15;
    private const ulong Other = 0xD6E8FEB86659FD93;

    public static ulong Of(ulong value)
    {
        value = (value ^ (value >> 32)) * Other;
        value = (value ^ (value >> 32)) * Other;
        return value ^ (value >> 32);
    }

    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = (ulong)bytes.Length * Odd;
        while (bytes.Length >= sizeof(ulong))
        {
            hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        var rest = 0ul;
        foreach (var one in bytes)
            rest = (rest << 8) | one;
        return Of(Fold(hash ^ rest) + Odd);
    }

    // Both halves of the product: a plain multiplication would never carry high bits down.
    private static ulong Fold(ulong value)
    {
        var high = Math.BigMul(value ^ Odd, Other, out var low);
        return high ^ low;
    }
}
