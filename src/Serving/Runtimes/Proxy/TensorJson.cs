using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Slipway.Engines.OnnxRuntime;

namespace Slipway.Serving.Runtimes.Proxy;

/// <summary>Values of tensors as JSON.</summary>
internal static class TensorJson
{
    /// <summary>Writes one value; what JSON has no number for is null.</summary>
    public static void Write(Utf8JsonWriter json, HeapInput input, int index)
    {
        switch (input.Plan.ElementType)
        {
            case OnnxElementType.String:
                json.WriteStringValue(input.Text(index));
                break;
            case OnnxElementType.Bool:
                json.WriteBooleanValue(input.Bytes[index] != 0);
                break;
            case OnnxElementType.Float when float.IsFinite(input.Span<float>()[index]):
                json.WriteNumberValue(input.Span<float>()[index]);
                break;
            case OnnxElementType.Float16 or OnnxElementType.BFloat16 or OnnxElementType.Double when double.IsFinite(Real(input, index)):
                json.WriteNumberValue(Real(input, index));
                break;
            case var type when type.IsFloating():
                json.WriteNullValue();
                break;
            case OnnxElementType.UInt64:
                json.WriteNumberValue(input.Span<ulong>()[index]);
                break;
            default:
                json.WriteNumberValue(Whole(input, index));
                break;
        }
    }

    /// <summary>Reads a list of values, or a list of lists, as the bytes of such a tensor.</summary>
    public static void Read(JsonElement value, OnnxElementType type, ArrayBufferWriter<byte> into)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var part in value.EnumerateArray())
                Read(part, type, into);
            return;
        }

        switch (type)
        {
            case OnnxElementType.String:
                var text = Encoding.UTF8.GetBytes(value.ValueKind == JsonValueKind.Null ? "" : value.ToString());
                BinaryPrimitives.WriteInt32LittleEndian(into.GetSpan(4), text.Length);
                into.Advance(4);
                into.Write(text);
                break;
            case OnnxElementType.Bool:
                Put(into, (byte)(value.GetBoolean() ? 1 : 0));
                break;
            case OnnxElementType.Float:
                Put(into, value.ValueKind == JsonValueKind.Null ? float.NaN : value.GetSingle());
                break;
            case OnnxElementType.Double:
                Put(into, value.ValueKind == JsonValueKind.Null ? double.NaN : value.GetDouble());
                break;
            case OnnxElementType.Float16:
                Put(into, value.ValueKind == JsonValueKind.Null ? Half.NaN : (Half)value.GetSingle());
                break;
            case OnnxElementType.BFloat16:
                Put(into, value.ValueKind == JsonValueKind.Null ? BFloat16.NaN : (BFloat16)value.GetSingle());
                break;
            default:
                ReadWhole(value, type, into);
                break;
        }
    }

    private static void ReadWhole(JsonElement value, OnnxElementType type, ArrayBufferWriter<byte> into)
    {
        switch (type)
        {
            case OnnxElementType.UInt8:
                Put(into, value.GetByte());
                break;
            case OnnxElementType.Int8:
                Put(into, value.GetSByte());
                break;
            case OnnxElementType.UInt16:
                Put(into, value.GetUInt16());
                break;
            case OnnxElementType.Int16:
                Put(into, value.GetInt16());
                break;
            case OnnxElementType.UInt32:
                Put(into, value.GetUInt32());
                break;
            case OnnxElementType.Int32:
                Put(into, value.GetInt32());
                break;
            case OnnxElementType.UInt64:
                Put(into, value.GetUInt64());
                break;
            default:
                Put(into, value.GetInt64());
                break;
        }
    }

    private static double Real(HeapInput input, int index) => input.Plan.ElementType switch
    {
        OnnxElementType.Double => input.Span<double>()[index],
        OnnxElementType.Float16 => (double)input.Span<Half>()[index],
        _ => (float)input.Span<BFloat16>()[index],
    };

    private static long Whole(HeapInput input, int index) => input.Plan.ElementType switch
    {
        OnnxElementType.UInt8 => input.Bytes[index],
        OnnxElementType.Int8 => input.Span<sbyte>()[index],
        OnnxElementType.UInt16 => input.Span<ushort>()[index],
        OnnxElementType.Int16 => input.Span<short>()[index],
        OnnxElementType.UInt32 => input.Span<uint>()[index],
        OnnxElementType.Int32 => input.Span<int>()[index],
        _ => input.Span<long>()[index],
    };

    private static void Put<T>(ArrayBufferWriter<byte> into, T value)
        where T : unmanaged => into.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));
}
