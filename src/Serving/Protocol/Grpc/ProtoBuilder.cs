using System.Text;

namespace Slipway.Serving.Protocol.Grpc;

/// <summary>Builds a protobuf message in memory that is kept.</summary>
internal sealed class ProtoBuilder
{
    private byte[] _buffer = new byte[512];
    private int _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public void Varint(ulong value)
    {
        var room = Room(10);
        var i = 0;
        for (; value >= 0x80; value >>= 7)
            room[i++] = (byte)(value | 0x80);
        room[i++] = (byte)value;
        _length += i;
    }

    /// <summary>The start of a field of bytes: its number and its length.</summary>
    public void Begin(int field, long length)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)length);
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Begin(field, value.Length);
        Raw(value);
    }

    public void Text(int field, string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        Begin(field, length);
        Encoding.UTF8.GetBytes(value, Room(length));
        _length += length;
    }

    public void Raw(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Room(value.Length));
        _length += value.Length;
    }

    public static int VarintLength(ulong value)
    {
        var length = 1;
        for (; value >= 0x80; value >>= 7)
            length++;
        return length;
    }

    private Span<byte> Room(int length)
    {
        if (_buffer.Length - _length < length)
            Array.Resize(ref _buffer, Math.Max(_length + length, 2 * _buffer.Length));
        return _buffer.AsSpan(_length);
    }
}
