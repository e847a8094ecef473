using System.Runtime.CompilerServices;
using System.Text;
using Slipway.Engines.OnnxRuntime.Native;
using Slipway.Kernel;

namespace Slipway.Engines.OnnxRuntime;

/// <summary>
/// An input of a runner: memory for as many rows as the runner's capacity, which the caller fills before each run and
/// which keeps what is in it between runs.
/// </summary>
public sealed unsafe class OnnxInput
{
    private readonly long[] _dims;
    private readonly int _count;
    private readonly int _elementSize;
    private NativeBuffer _buffer;
    private nint _strings;
    private nint _value;

    internal OnnxInput(OnnxField field, int capacity, long[]? rowShape)
    {
        Field = field;
        RefuseOthers(field);
        HasRows = field.HasFreeRows;
        _elementSize = field.ElementType.Size();
        _dims = Shape(field, rowShape);
        RowLength = TensorReader.Count(HasRows ? _dims.AsSpan(1) : _dims);
        _count = checked(RowLength * (HasRows ? capacity : 1));
    }

    public OnnxField Field { get; }

    /// <summary>Whether a run sends as many rows as it says; otherwise the input is sent whole each time.</summary>
    public bool HasRows { get; }

    /// <summary>Elements of one row.</summary>
    public int RowLength { get; }

    internal nint Value => _value;

    /// <summary>All rows as bytes, one after the other; empty for strings.</summary>
    public Span<byte> Bytes => new(_buffer.Start, _count * _elementSize);

    /// <summary>All rows, one after the other; T must be the .NET type of the field's elements.</summary>
    public Span<T> Span<T>()
        where T : unmanaged
    {
        if (OnnxElementTypes.Of(typeof(T)) != Field.ElementType)
        {
            throw new InvalidOperationException(
                $"Input '{Field.Name}' holds {Field.ElementType.OnnxName()}, not {typeof(T).Name}.");
        }

        ObjectDisposedException.ThrowIf(_buffer.Start == null, typeof(OnnxRunner));
        return new(_buffer.Start, _count);
    }

    /// <summary>The elements of one row.</summary>
    public Span<T> Row<T>(int row)
        where T : unmanaged => Span<T>().Slice(row * RowLength, RowLength);

    /// <summary>Sets one string, counted over all rows, from UTF-8.</summary>
    public void SetText(int index, ReadOnlySpan<byte> utf8)
    {
        CheckText(index);
        utf8.CopyTo(OrtValues.StringBuffer(_strings, index, utf8.Length));
    }

    /// <summary>Sets one string, counted over all rows.</summary>
    public void SetText(int index, ReadOnlySpan<char> text)
    {
        CheckText(index);
        Encoding.UTF8.GetBytes(text, OrtValues.StringBuffer(_strings, index, Encoding.UTF8.GetByteCount(text)));
    }

    internal void Allocate()
    {
        if (Field.ElementType == OnnxElementType.String)
            _strings = OrtValues.Strings([_count]);
        else
            _buffer = NativeBuffer.Zeroed((nuint)_count * (nuint)_elementSize);
    }

    /// <summary>Makes the tensor that the next run sends: the first rows of the memory.</summary>
    internal void Prepare(int rows)
    {
        if (_value != 0 && (!HasRows || _dims[0] == rows))
            return;

        OrtValues.Release(ref _value);
        if (HasRows)
            _dims[0] = rows;

        // The strings stay the engine's objects in the tensor that holds all of them; this is a view of the first ones.
        // Its length in bytes depends on the C++ library, and the engine asks only that it is enough.
        _value = Field.ElementType == OnnxElementType.String
            ? OrtValues.Over(OrtValues.Data(_strings), nuint.MaxValue, OnnxElementType.String, _dims)
            : OrtValues.Over(_buffer.Start, _buffer.Length, Field.ElementType, _dims);
    }

    internal void Free()
    {
        OrtValues.Release(ref _value);
        OrtValues.Release(ref _strings);
        _buffer.Free();
    }

    private static void RefuseOthers(OnnxField field)
    {
        if (field.Kind != OnnxKind.Tensor || field.ElementType.ClrType() is null)
        {
            throw new SlipwayException(
                ErrorCode.EngineFailed,
                $"Input '{field.Name}' takes {field.TypeText}; only tensors of numbers, booleans and strings can be " +
                "given. Export the model with such inputs.");
        }
    }

    private static long[] Shape(OnnxField field, long[]? rowShape)
    {
        var dims = field.Dims.ToArray();
        var first = field.HasFreeRows ? 1 : 0;
        if (rowShape is not null && rowShape.Length != dims.Length - first)
        {
            throw SlipwayException.Invalid(
                $"Input '{field.Name}' is {field.TypeText}; a row of it has {dims.Length - first} dimensions, not " +
                $"{rowShape.Length}.");
        }

        rowShape?.CopyTo(dims, first);
        return dims.AsSpan(first).Contains(-1)
            ? throw SlipwayException.Invalid(
                $"Input '{field.Name}' is {field.TypeText}, free beyond its rows; say the shape of one row of it.")
            : dims;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CheckText(int index)
    {
        if (_strings == 0)
        {
            throw new InvalidOperationException(
                $"Input '{Field.Name}' holds {Field.ElementType.OnnxName()}, not strings, or its runner is disposed.");
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_count);
    }
}
