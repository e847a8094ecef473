using Slipway.Engines.OnnxRuntime;

namespace Slipway.Serving.Runtimes.Batching;

/// <summary>What a request got of an output: its own run's, or its rows of a joint one.</summary>
internal sealed class DealtOutput(OutputMemory own) : OutputMemory
{
    private readonly TextCapture _texts = new();
    private OnnxElementType _elementType;
    private long[] _dims = [];
    private byte[] _bytes = [];
    private int _length;
    private int _count;

    public bool IsDealt { get; set; }

    public override OnnxElementType ElementType => IsDealt ? _elementType : own.ElementType;

    public override ReadOnlySpan<long> Dims => IsDealt ? _dims : own.Dims;

    public override int Count => IsDealt ? _count : own.Count;

    public override ReadOnlySpan<byte> Bytes => IsDealt ? _bytes.AsSpan(0, _length) : own.Bytes;

    public override ReadOnlySpan<byte> Text(int index) => IsDealt ? _texts[index] : own.Text(index);

    public void Take(OutputMemory joint, int firstRow, int rows)
    {
        IsDealt = true;
        _elementType = joint.ElementType;
        _dims = [rows, .. joint.Dims[1..]];
        var rowLength = (int)(joint.Count / joint.Dims[0]);
        _count = rows * rowLength;
        if (_elementType == OnnxElementType.String)
        {
            _texts.Clear();
            for (var i = 0; i < _count; i++)
                _texts.Add(joint.Text((firstRow * rowLength) + i));
            return;
        }

        var part = joint.Bytes.Slice(firstRow * rowLength * _elementType.Size(), _count * _elementType.Size());
        _length = part.Length;
        if (_bytes.Length < _length)
            _bytes = new byte[_length];
        part.CopyTo(_bytes);
    }
}
