using System.Buffers.Binary;
using Slipway.Engines.OnnxRuntime;

namespace Slipway.Serving.Runtimes;

/// <summary>An output that came as bytes.</summary>
internal sealed class HeapOutput(OnnxElementType type) : OutputMemory
{
    private readonly TextCapture _texts = new();
    private ReadOnlyMemory<byte> _bytes;
    private long[] _dims = [];
    private int _count;

    public override OnnxElementType ElementType => type;

    public override ReadOnlySpan<long> Dims => _dims;

    public override int Count => _count;

    public override ReadOnlySpan<byte> Bytes => type == OnnxElementType.String ? [] : _bytes.Span;

    public override ReadOnlySpan<byte> Text(int index) => _texts[index];

    /// <summary>False: the bytes are not as many as the dimensions say.</summary>
    public bool TryTake(long[] dims, ReadOnlyMemory<byte> bytes)
    {
        _dims = dims;
        _count = (int)dims.Aggregate(1L, static (product, dim) => product * dim);
        _bytes = bytes;
        if (type != OnnxElementType.String)
            return bytes.Length == (long)_count * type.Size();

        _texts.Clear();
        var rest = bytes.Span;
        for (var i = 0; i < _count; i++)
        {
            if (!BinaryPrimitives.TryReadInt32LittleEndian(rest, out var length) || length < 0 || length > rest.Length - 4)
                return false;
            _texts.Add(rest.Slice(4, length));
            rest = rest[(4 + length)..];
        }

        return rest.IsEmpty;
    }
}
