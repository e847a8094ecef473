using System.Runtime.InteropServices;
using System.Text;
using Slipway.Kernel;

namespace Slipway.Engines.OnnxRuntime.Native;

/// <summary>Copies the engine's values into .NET's memory.</summary>
internal static unsafe class TensorReader
{
    public static OnnxTensor Read(OnnxField field, nint value)
    {
        if (field.Kind != OnnxKind.Tensor)
            throw OnnxOutput.Unreadable(field);

        var dims = new long[4];
        var type = OrtValues.Shape(value, ref dims, out var rank);
        return new(type, Elements(value, type, Count(dims.AsSpan(0, rank))), dims[..rank], field.ColumnKeys);
    }

    public static int Count(ReadOnlySpan<long> dims)
    {
        var count = 1L;
        foreach (var dim in dims)
            count *= dim;
        return checked((int)count);
    }

    private static Array Elements(nint tensor, OnnxElementType type, int count)
    {
        if (type == OnnxElementType.String)
            return Strings(tensor, count);

        var clrType = type.ClrType()
            ?? throw new SlipwayException(ErrorCode.EngineFailed, $"A tensor of {type.OnnxName()} cannot be read.");
        var array = Array.CreateInstance(clrType, count);
        var bytes = count * type.Size();
        var target = MemoryMarshal.CreateSpan(ref MemoryMarshal.GetArrayDataReference(array), bytes);
        new ReadOnlySpan<byte>(OrtValues.Data(tensor), bytes).CopyTo(target);
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
}
