using System.Buffers.Binary;
using Slipway.Engines.OnnxRuntime;
using Slipway.Serving.Scoring;

namespace Slipway.Serving.Runtimes;

/// <summary>An output that came as bytes.</summary>
internal sealed class HeapOutput(OnnxElementType type) : OutputMemory
{
    private readonly TextCapture _texts = new();
    private ReadOnlyMemory<byte> _bytes;
    private readonly long[] _dims = new long[ScoringSlot.MaxRank];
    private int _rank;
    private int _count;

    public override OnnxElementType ElementType => type;

    public override ReadOnlySpan<long> Dims => _dims.AsSpan(0, _rank);

    public override int Count => _count;

    public override ReadOnlySpan<byte> Bytes => type == OnnxElementType.String ? [] : _bytes.Span;

    public override ReadOnlySpan<byte> Text(int index) => _texts[index];

    /// <summary>False: the bytes are not as many as the dimensions say.</summary>
    public bool TryTake(ReadOnlySpan<long> dims, ReadOnlyMemory<byte> bytes)
    {
        var count = 1L;
        foreach (var dim in dims)
            count *= dim;
        if (count > bytes.Length || (type != OnnxElementType.String && bytes.Length != count * type.Size()))
            return false;

        dims.CopyTo(_dims);
        (_rank, _count, _bytes) = (dims.Length, (int)count, bytes);
        if (type != OnnxElementType.String)
            return true;

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
