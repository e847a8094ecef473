using System.Runtime.InteropServices;
using System.Text;
using Slipway.Kernel;

namespace Slipway.Engines.OnnxRuntime.Native;

/// <summary>Copies the engine's values into .NET's memory.</summary>
internal static unsafe class TensorReader
{
    public static OnnxTensor Read(nint value)
    {
        switch (OrtValues.Kind(value))
        {
            case OrtValues.Tensor:
                var dims = new long[4];
                var type = OrtValues.Shape(value, ref dims, out var rank);
                return new(type, Elements(value), dims[..rank]);
            case OrtValues.Sequence when OrtValues.Count(value) == 0 || HasMaps(value):
                return ReadMaps(value);
            default:
                throw new SlipwayException(
                    ErrorCode.EngineFailed, "The model answers with a sequence or map that cannot be read, only tensors and " +
                    "sequences of maps can; export it with a tensor output.");
        }
    }

    /// <summary>The elements of a tensor, as an array of their .NET type.</summary>
    public static Array Elements(nint tensor)
    {
        var dims = new long[4];
        var type = OrtValues.Shape(tensor, ref dims, out var rank);
        var count = Count(dims.AsSpan(0, rank));
        if (type == OnnxElementType.String)
            return Strings(tensor, count);

        var clrType = type.ClrType()
            ?? throw new SlipwayException(ErrorCode.EngineFailed, $"A tensor of {type.OnnxName()} cannot be read.");
        return Copy(OrtValues.Data(tensor), type, clrType, count);
    }

    /// <summary>Whether the tensor's elements are those of the array.</summary>
    public static bool Same(nint tensor, Array elements) => (Elements(tensor), elements) switch
    {
        (string[] left, string[] right) => left.AsSpan().SequenceEqual(right),
        (long[] left, long[] right) => left.AsSpan().SequenceEqual(right),
        _ => false,
    };

    public static int Count(ReadOnlySpan<long> dims)
    {
        var count = 1L;
        foreach (var dim in dims)
            count *= dim;
        return checked((int)count);
    }

    private static Array Copy(void* data, OnnxElementType type, Type clrType, int count)
    {
        var array = Array.CreateInstance(clrType, count);
        var bytes = count * type.Size();
        new ReadOnlySpan<byte>(data, bytes).CopyTo(MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(array), bytes));
        return array;
    }

    private static string[] Strings(nint tensor, int count)
    {
        if (count == 0)
            return [];

        var bytes = new byte[OrtValues.StringBytes(tensor)];
        var offsets = new nuint[count];
        fixed (byte* start = bytes)
        fixed (nuint* first = offsets)
        {
            OrtStatus.Check(OrtApi.GetStringTensorContent(tensor, start, (nuint)bytes.Length, first, (nuint)count));
        }

        var strings = new string[count];
        for (var index = 0; index < count; index++)
        {
            var end = index + 1 < count ? (int)offsets[index + 1] : bytes.Length;
            strings[index] = Encoding.UTF8.GetString(bytes.AsSpan((int)offsets[index]..end));
        }

        return strings;
    }

    private static bool HasMaps(nint sequence)
    {
        var first = OrtValues.Element(sequence, 0);
        try
        {
            return OrtValues.Kind(first) == OrtValues.Map;
        }
        finally
        {
            OrtValues.Release(ref first);
        }
    }

    private static OnnxTensor ReadMaps(nint sequence)
    {
        var buffer = default(NativeBuffer);
        try
        {
            var maps = new MapRows();
            maps.Read(sequence, ref buffer);
            var type = maps.Rows == 0 ? OnnxElementType.Float : maps.ElementType;
            var data = Copy(buffer.Start, type, type.ClrType()!, maps.Rows * maps.Keys.Length);
            return new(type, data, [maps.Rows, maps.Keys.Length], maps.Keys);
        }
        finally
        {
            buffer.Free();
        }
    }
}
