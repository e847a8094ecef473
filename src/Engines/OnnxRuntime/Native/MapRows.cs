using Slipway.Kernel;

namespace Slipway.Engines.OnnxRuntime.Native;

/// <summary>
/// Reads a sequence of maps, which is how scikit-learn's classifiers answer, as a table: one row for each map, one column for
/// each key. It costs some calls and allocations of the engine per row; a model without ZipMap is much quicker.
/// </summary>
internal sealed unsafe class MapRows
{
    private long[] _dims = new long[2];

    /// <summary>string[] or long[].</summary>
    public Array Keys { get; private set; } = Array.Empty<string>();

    public OnnxElementType ElementType { get; private set; }

    public int Rows { get; private set; }

    /// <summary>Reads all rows into the buffer.</summary>
    public void Read(nint sequence, ref NativeBuffer buffer)
    {
        Rows = OrtValues.Count(sequence);
        for (var row = 0; row < Rows; row++)
        {
            var map = OrtValues.Element(sequence, row);
            try
            {
                ReadKeys(map, row);
                ReadValues(map, row, ref buffer);
            }
            finally
            {
                OrtValues.Release(ref map);
            }
        }
    }

    private static SlipwayException Ragged(int row) => new(
        ErrorCode.EngineFailed,
        $"Row {row} of the model's answer has other keys than row 0; only maps with the same keys in each row can be read.");

    private void ReadKeys(nint map, int row)
    {
        var keys = OrtValues.Element(map, 0);
        try
        {
            if (row == 0)
                Keys = TensorReader.Elements(keys);
            else if (!TensorReader.Same(keys, Keys))
                throw Ragged(row);
        }
        finally
        {
            OrtValues.Release(ref keys);
        }
    }

    private void ReadValues(nint map, int row, ref NativeBuffer buffer)
    {
        var values = OrtValues.Element(map, 1);
        try
        {
            ElementType = OrtValues.Shape(values, ref _dims, out _);
            var bytes = Keys.Length * ElementType.Size();
            if (bytes == 0 && Keys.Length > 0)
            {
                throw new SlipwayException(
                    ErrorCode.EngineFailed, $"Maps to {ElementType.OnnxName()} cannot be read, only maps to numbers.");
            }

            if (row == 0)
                buffer.Reserve((nuint)Rows * (nuint)bytes);
            new ReadOnlySpan<byte>(OrtValues.Data(values), bytes)
                .CopyTo(new Span<byte>((byte*)buffer.Start + ((long)row * bytes), bytes));
        }
        finally
        {
            OrtValues.Release(ref values);
        }
    }
}
