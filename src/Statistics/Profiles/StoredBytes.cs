using System.Buffers.Binary;

namespace Slipway.Statistics.Profiles;

/// <summary>Reads from memory what a BinaryWriter wrote; InvalidDataException where it is broken off or cannot be.</summary>
internal ref struct StoredBytes(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    public readonly bool IsAtEnd => _at == _bytes.Length;

    public ReadOnlySpan<byte> Read(int count)
    {
        if ((uint)count > (uint)(_bytes.Length - _at))
            throw new InvalidDataException("The profile is broken off.");
        _at += count;
        return _bytes.Slice(_at - count, count);
    }

    public byte ReadByte() => Read(1)[0];

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Read(sizeof(uint)));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Read(sizeof(ulong)));

    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Read(sizeof(double)));

    /// <summary>Seven bits to a byte.</summary>
    public long ReadNumber()
    {
        var number = 0ul;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_at == _bytes.Length)
                break;
            ulong part = _bytes[_at++];
            number |= (part & 0x7F) << shift;
            if (part < 0x80)
                return (long)number;
        }

        throw new InvalidDataException("A number of the profile has no end.");
    }

    public long ReadCount() => ReadNumber() is >= 0 and var count ? count : throw new InvalidDataException("A count of the profile is negative.");

    public int ReadLength(int most) => ReadNumber() is >= 0 and var length && length <= most
        ? (int)length
        : throw new InvalidDataException($"A part of the profile is longer than {most}.");

    public ReadOnlySpan<byte> ReadText() => Read(ReadLength(_bytes.Length));
}
