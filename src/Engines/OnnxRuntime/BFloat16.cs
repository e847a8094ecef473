using System.Runtime.InteropServices;

namespace Slipway.Engines.OnnxRuntime;

/// <summary>bfloat16: the upper half of a float, which .NET has no type for.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct BFloat16(ushort Bits)
{
    public static BFloat16 NaN { get; } = new(0x7FC0);

    public static explicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.Bits << 16);

    /// <summary>The nearest; of two that are as near the even one.</summary>
    public static explicit operator BFloat16(float value)
    {
        if (float.IsNaN(value))
            return NaN;
        var bits = BitConverter.SingleToUInt32Bits(value);
        return new((ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16));
    }

    public static bool IsFinite(BFloat16 value) => float.IsFinite((float)value);
}
