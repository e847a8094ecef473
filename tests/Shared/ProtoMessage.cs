using System.Text;

namespace Slipway.Shared;

/// <summary>
/// A protobuf message by the numbers of its fields (https://protobuf.dev/programming-guides/encoding/): enough to read what a program
/// sent, without its definitions.
/// </summary>
public sealed class ProtoMessage
{
    private readonly List<(int Field, ulong Number, byte[]? Bytes)> _fields = [];

    private ProtoMessage()
    {
    }

    public static ProtoMessage Parse(byte[] bytes)
    {
        var message = new ProtoMessage();
        var at = 0;
        while (at < bytes.Length)
        {
            var key = Varint(bytes, ref at);
            var field = (int)(key >> 3);
            switch (key & 7)
            {
                case 0:
                    message._fields.Add((field, Varint(bytes, ref at), null));
                    break;
                case 1:
                    message._fields.Add((field, BitConverter.ToUInt64(bytes, at), null));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(bytes, ref at);
                    message._fields.Add((field, 0, bytes[at..(at + length)]));
                    at += length;
                    break;
                case 5:
                    message._fields.Add((field, BitConverter.ToUInt32(bytes, at), null));
                    at += 4;
                    break;
                default:
                    throw new InvalidDataException($"At byte {at} there is no field of a message.");
            }
        }

        return message;
    }

    /// <summary>The messages at the end of a path of fields.</summary>
    public IEnumerable<ProtoMessage> All(params int[] path) =>
        path.Aggregate<int, IEnumerable<ProtoMessage>>([this], (messages, field) => messages.SelectMany(message => message.In(field)));

    public string Text(int field) => Encoding.UTF8.GetString(Bytes(field));

    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field));

    public ulong Number(int field) => _fields.LastOrDefault(entry => entry.Field == field).Number;

    private IEnumerable<ProtoMessage> In(int field) =>
        _fields.Where(entry => entry.Field == field && entry.Bytes is not null).Select(entry => Parse(entry.Bytes!));

    private byte[] Bytes(int field) => _fields.LastOrDefault(entry => entry.Field == field).Bytes ?? [];

    private static ulong Varint(byte[] bytes, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            value |= (ulong)(bytes[at] & 0x7f) << shift;
            if ((bytes[at++] & 0x80) == 0)
                return value;
        }
    }
}
