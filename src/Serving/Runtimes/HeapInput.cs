using System.Buffers.Binary;
using Slipway.Engines.OnnxRuntime;

namespace Slipway.Serving.Runtimes;

/// <summary>An input in .NET's own memory, for engines that are sent bytes.</summary>
internal sealed class HeapInput(TensorPlan plan, int capacity) : InputMemory
{
    private readonly byte[] _bytes = new byte[(plan.HasRows ? capacity : 1L) * plan.RowLength * plan.ElementSize];
    private readonly TextCapture? _texts = plan.ElementType == OnnxElementType.String ? new TextCapture() : null;

    public override Span<byte> Bytes => _bytes;

    public override void SetText(int index, ReadOnlySpan<byte> utf8)
    {
        if (index == 0)
            _texts!.Clear();
        _texts!.Add(utf8);
    }

    public TensorPlan Plan => plan;

    /// <summary>Elements of so many rows.</summary>
    public int Count(int rows) => plan.HasRows ? rows * plan.RowLength : plan.RowLength;

    public ReadOnlySpan<byte> Text(int index) => _texts![index];

    /// <summary>Bytes that <see cref="Write"/> appends.</summary>
    public int Length(int rows)
    {
        var count = Count(rows);
        if (_texts is null)
            return count * plan.ElementSize;
        var length = 4 * count;
        for (var i = 0; i < count; i++)
            length += _texts[i].Length;
        return length;
    }

    /// <summary>Appends the first rows: little endian; a text as its length in four bytes and its UTF-8.</summary>
    public void Write(int rows, System.Buffers.ArrayBufferWriter<byte> writer)
    {
        var count = Count(rows);
        if (_texts is null)
        {
            System.Buffers.BuffersExtensions.Write(writer, _bytes.AsSpan(0, count * plan.ElementSize));
            return;
        }

        for (var i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(writer.GetSpan(4), _texts[i].Length);
            writer.Advance(4);
            System.Buffers.BuffersExtensions.Write(writer, _texts[i]);
        }
    }
}
