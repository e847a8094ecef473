using Slipway.Engines.OnnxRuntime.Native;
using Slipway.Kernel;

namespace Slipway.Engines.OnnxRuntime;

/// <summary>
/// An output of a runner. What it shows is valid until the next run or the end of the runner: spans over native memory.
/// </summary>
public sealed unsafe class OnnxOutput
{
    // Null where the engine allocates, because the shape is not known before the run.
    private readonly long[]? _fixedDims;
    private readonly int _elementSize;
    private long[] _dims;
    private int _rank;
    private void* _data;
    private NativeBuffer _buffer;
    private NativeBuffer _text;
    private nuint _textLength;
    private nint _value;

    internal OnnxOutput(OnnxField field, bool rowsOfInput)
    {
        Field = field;
        ElementType = field.ElementType;
        _elementSize = field.ElementType.Size();
        _dims = [.. field.Dims];
        if (rowsOfInput && _elementSize > 0)
            _fixedDims = _dims;
        if (field.Kind != OnnxKind.Tensor)
            throw Unreadable(field);
    }

    public OnnxField Field { get; }

    public OnnxElementType ElementType { get; private set; }

    /// <summary>The shape of what the last run answered.</summary>
    public ReadOnlySpan<long> Dims => _dims.AsSpan(0, _rank);

    /// <summary>How many elements the last run answered.</summary>
    public int Count { get; private set; }

    /// <summary>The elements; T must be the .NET type of them.</summary>
    public ReadOnlySpan<T> Span<T>()
        where T : unmanaged
    {
        if (OnnxElementTypes.Of(typeof(T)) != ElementType)
        {
            throw new InvalidOperationException(
                $"Output '{Field.Name}' holds {ElementType.OnnxName()}, not {typeof(T).Name}.");
        }

        return new(_data, Count);
    }

    /// <summary>The elements as bytes; empty for strings.</summary>
    public ReadOnlySpan<byte> Bytes => new(_data, Count * ElementType.Size());

    /// <summary>One string of a tensor of strings, as UTF-8.</summary>
    public ReadOnlySpan<byte> Text(int index)
    {
        if (ElementType != OnnxElementType.String)
            throw new InvalidOperationException($"Output '{Field.Name}' holds {ElementType.OnnxName()}, not strings.");
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);

        if (_data == null)
            ReadText();
        var offsets = (nuint*)_text.Start;
        var end = index + 1 < Count ? offsets[index + 1] : _textLength;
        return new((byte*)_data + offsets[index], (int)(end - offsets[index]));
    }

    internal static SlipwayException Unreadable(OnnxField field) => new(
        ErrorCode.EngineFailed,
        $"Output '{field.Name}' is {field.TypeText}; only tensors can be read. Leave this output out, or export the " +
        "model with a tensor.");

    internal void Allocate(int capacity)
    {
        if (_fixedDims is null)
            return;

        _fixedDims[0] = capacity;
        _buffer = NativeBuffer.Zeroed((nuint)TensorReader.Count(_fixedDims) * (nuint)_elementSize);
        _fixedDims[0] = -1;
    }

    /// <summary>The value to hand to the engine: a tensor over our memory, or zero where it allocates one.</summary>
    internal nint Prepare(int rows)
    {
        Count = 0;
        if (_fixedDims is null)
        {
            OrtValues.Release(ref _value);
            return 0;
        }

        if (_value == 0 || _fixedDims[0] != rows)
        {
            OrtValues.Release(ref _value);
            _fixedDims[0] = rows;
            _value = OrtValues.Over(_buffer.Start, _buffer.Length, ElementType, _fixedDims);
        }

        return _value;
    }

    internal void Take(nint value) => _value = value;

    /// <summary>Looks at what the engine answered.</summary>
    internal void Read()
    {
        if (_fixedDims is not null)
        {
            _rank = _fixedDims.Length;
            _data = _buffer.Start;
        }
        else
        {
            ElementType = OrtValues.Shape(_value, ref _dims, out _rank);
            _data = ElementType == OnnxElementType.String ? null : OrtValues.Data(_value);
        }

        Count = TensorReader.Count(Dims);
    }

    internal void Free()
    {
        OrtValues.Release(ref _value);
        _buffer.Free();
        _text.Free();
        Count = 0;
    }

    // Offsets go to one buffer and the bytes, without any separator, to the other.
    private void ReadText()
    {
        _textLength = OrtValues.StringBytes(_value);
        _text.Reserve((nuint)Count * (nuint)sizeof(nuint));
        _buffer.Reserve(_textLength);
        OrtStatus.Check(OrtApi.GetStringTensorContent(
            _value, _buffer.Start, _textLength, (nuint*)_text.Start, (nuint)Count));
        _data = _buffer.Start;
    }
}
