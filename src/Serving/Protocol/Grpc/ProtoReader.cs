using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Slipway.Kernel;

namespace Slipway.Serving.Protocol.Grpc;

/// <summary>
/// Walks over the fields of one protobuf message where it lies: the generated classes would copy each tensor into an
/// object first. https://protobuf.dev/programming-guides/encoding/
/// </summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _rest = message;

    public int Field { get; private set; }

    /// <summary>The value is <see cref="Bytes"/>; otherwise it is <see cref="Number"/>.</summary>
    public bool IsBytes { get; private set; }

    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>A varint, or the bits of a fixed number.</summary>
    public ulong Number { get; private set; }

    /// <summary>Goes to the next field; false at the end. InvalidParameter when there is no message here.</summary>
    public bool Next()
    {
        if (_rest.IsEmpty)
            return false;

        var tag = Varint(ref _rest);
        Field = (int)(tag >> 3);
        IsBytes = (tag & 7) == 2;
        switch (tag & 7)
        {
            case 0:
                Number = Varint(ref _rest);
                break;
            case 1:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case 2:
                var length = Varint(ref _rest);
                if (length > (ulong)_rest.Length)
                    throw Broken($"field {Field} announces {length} bytes, and {_rest.Length} are left");
                Bytes = Take((int)length);
                break;
            case 5:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw Broken($"wire type {tag & 7}");
        }

        return tag >> 3 is > 0 and < (1 << 29) ? true : throw Broken($"field number {tag >> 3}");
    }

    /// <summary>The text of the field.</summary>
    public readonly string Text(string what) => IsBytes && Utf8.IsValid(Bytes)
        ? Encoding.UTF8.GetString(Bytes)
        : throw SlipwayException.Invalid($"{what} is no UTF-8 text.");

    /// <summary>The bytes of a field that is a message or a list.</summary>
    public readonly ReadOnlySpan<byte> Inner(string what) =>
        IsBytes ? Bytes : throw SlipwayException.Invalid($"{what} is no message.");

    /// <summary>Takes a varint off the front.</summary>
    public static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        for (var i = 0; i < bytes.Length && i < 10; i++)
        {
            value |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return value;
            }
        }

        throw Broken("a number that does not end");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _rest.Length)
            throw Broken("it is cut off");
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    private static SlipwayException Broken(string why) => SlipwayException.Invalid($"The message is no protobuf: {why}.");
}
