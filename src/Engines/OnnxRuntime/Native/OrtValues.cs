using System.Runtime.CompilerServices;

namespace Slipway.Engines.OnnxRuntime.Native;

/// <summary>Makes and reads the engine's values (OrtValue).</summary>
internal static unsafe class OrtValues
{
    // ONNXType
    public const int Tensor = 1;
    public const int Sequence = 2;
    public const int Map = 3;

    /// <summary>A tensor over memory that the caller owns and keeps in place until the value is released.</summary>
    public static nint Over(void* data, nuint bytes, OnnxElementType type, ReadOnlySpan<long> dims)
    {
        nint value;
        fixed (long* shape = dims)
        {
            OrtStatus.Check(OrtApi.CreateTensorWithDataAsOrtValue(
                OnnxEngine.CpuMemory, data, bytes, shape, (nuint)dims.Length, (int)type, &value));
        }

        return value;
    }

    /// <summary>A tensor of empty strings, in the engine's memory.</summary>
    public static nint Strings(ReadOnlySpan<long> dims)
    {
        nint value;
        fixed (long* shape = dims)
        {
            OrtStatus.Check(OrtApi.CreateTensorAsOrtValue(
                OnnxEngine.Allocator, shape, (nuint)dims.Length, (int)OnnxElementType.String, &value));
        }

        return value;
    }

    /// <summary>The room for <paramref name="length"/> bytes of UTF-8 in one string of a tensor.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Span<byte> StringBuffer(nint value, int index, int length)
    {
        byte* buffer;
        var status = OrtApi.GetResizedStringTensorElementBuffer(value, (nuint)index, (nuint)length, &buffer);
        if (status != 0)
            OrtStatus.Check(status);
        return new Span<byte>(buffer, length);
    }

    public static void* Data(nint value)
    {
        nint data;
        OrtStatus.Check(OrtApi.GetTensorMutableData(value, &data));
        return (void*)data;
    }

    /// <summary>
    /// The element type; the dimensions go to <paramref name="dims"/>, which grows when it is too short.
    /// </summary>
    public static OnnxElementType Shape(nint value, ref long[] dims, out int rank)
    {
        nint shape;
        OrtStatus.Check(OrtApi.GetTensorTypeAndShape(value, &shape));
        try
        {
            int type;
            nint count;
            OrtStatus.Check(OrtApi.GetTensorElementType(shape, &type));
            OrtStatus.Check(OrtApi.GetDimensionsCount(shape, &count));
            rank = (int)count;
            if (dims.Length < rank)
                dims = new long[rank];
            fixed (long* first = dims)
            {
                OrtStatus.Check(OrtApi.GetDimensions(shape, first, (nuint)rank));
            }

            return (OnnxElementType)type;
        }
        finally
        {
            OrtApi.ReleaseTensorTypeAndShapeInfo(shape);
        }
    }

    public static nuint StringBytes(nint value)
    {
        nint bytes;
        OrtStatus.Check(OrtApi.GetStringTensorDataLength(value, &bytes));
        return (nuint)bytes;
    }

    /// <summary>Releases a value that may not be there, and forgets it.</summary>
    public static void Release(ref nint value)
    {
        if (value != 0)
            OrtApi.ReleaseValue(value);
        value = 0;
    }
}
