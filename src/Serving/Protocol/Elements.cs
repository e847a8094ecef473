using System.Text.Json;
using Slipway.Engines.OnnxRuntime;

namespace Slipway.Serving.Protocol;

/// <summary>Reads one element of a tensor; a struct each, so that the loop over the data is compiled for each type.</summary>
internal interface IElement<T>
    where T : unmanaged
{
    /// <summary>False where the token is no value of this type.</summary>
    static abstract bool TryRead(ref Utf8JsonReader reader, out T value);
}

// null is a missing value, which is NaN to a model: JSON has no other word for it.
internal readonly struct FloatElement : IElement<float>
{
    public static bool TryRead(ref Utf8JsonReader reader, out float value)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetSingle(out value) && float.IsFinite(value);
        value = float.NaN;
        return reader.TokenType == JsonTokenType.Null;
    }
}

internal readonly struct DoubleElement : IElement<double>
{
    public static bool TryRead(ref Utf8JsonReader reader, out double value)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetDouble(out value) && double.IsFinite(value);
        value = double.NaN;
        return reader.TokenType == JsonTokenType.Null;
    }
}

internal readonly struct HalfElement : IElement<Half>
{
    public static bool TryRead(ref Utf8JsonReader reader, out Half value)
    {
        var read = FloatElement.TryRead(ref reader, out var single);
        value = (Half)single;
        return read && !Half.IsInfinity(value);
    }
}

internal readonly struct BFloat16Element : IElement<BFloat16>
{
    public static bool TryRead(ref Utf8JsonReader reader, out BFloat16 value)
    {
        var read = FloatElement.TryRead(ref reader, out var single);
        value = (BFloat16)single;
        return read && !float.IsInfinity((float)value);
    }
}

internal readonly struct BoolElement : IElement<bool>
{
    public static bool TryRead(ref Utf8JsonReader reader, out bool value)
    {
        value = reader.TokenType == JsonTokenType.True;
        return value || reader.TokenType == JsonTokenType.False;
    }
}

internal readonly struct Int64Element : IElement<long>
{
    public static bool TryRead(ref Utf8JsonReader reader, out long value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out value);
    }
}

internal readonly struct Int32Element : IElement<int>
{
    public static bool TryRead(ref Utf8JsonReader reader, out int value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out value);
    }
}

internal readonly struct Int16Element : IElement<short>
{
    public static bool TryRead(ref Utf8JsonReader reader, out short value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt16(out value);
    }
}

internal readonly struct Int8Element : IElement<sbyte>
{
    public static bool TryRead(ref Utf8JsonReader reader, out sbyte value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetSByte(out value);
    }
}

internal readonly struct UInt64Element : IElement<ulong>
{
    public static bool TryRead(ref Utf8JsonReader reader, out ulong value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out value);
    }
}

internal readonly struct UInt32Element : IElement<uint>
{
    public static bool TryRead(ref Utf8JsonReader reader, out uint value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetUInt32(out value);
    }
}

internal readonly struct UInt16Element : IElement<ushort>
{
    public static bool TryRead(ref Utf8JsonReader reader, out ushort value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetUInt16(out value);
    }
}

internal readonly struct UInt8Element : IElement<byte>
{
    public static bool TryRead(ref Utf8JsonReader reader, out byte value)
    {
        value = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetByte(out value);
    }
}
