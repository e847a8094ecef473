using System.Text;

namespace Slipway.Data;

/// <summary>
/// The block before each file of a tar archive (POSIX ustar), for files that anybody may read and that have neither owner nor
/// time. Also linked into the client, so that it refers to nothing but the system.
/// </summary>
internal static class TarHeader
{
    public const int Block = 512;

    /// <summary>What ends an archive: two empty blocks.</summary>
    public const int End = 2 * Block;

    // Where the fields stand, and the size of those of numbers without their terminators.
    private const int Mode = 100, Owner = 108, Group = 116, Size = 124, Time = 136, Sum = 148, Kind = 156, Magic = 257;
    private const int ShortNumber = 7, LongNumber = 11, SumDigits = 6, MaxName = 100;

    private static readonly byte[] s_empty = Empty();
    private static readonly int s_sum = s_empty.Sum(octet => octet);

    /// <summary>What a content takes in an archive: its header, and itself in whole blocks.</summary>
    public static long SizeOf(long content) => (((content + Block - 1) / Block) + 1) * Block;

    /// <param name="name">At most 100 characters of ASCII.</param>
    public static void Write(Span<byte> header, ReadOnlySpan<char> name, long size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, MaxName);
        s_empty.CopyTo(header);
        var sum = s_sum;
        for (var i = 0; i < name.Length; i++)
            sum += header[i] = (byte)name[i];
        var digits = header.Slice(Size, LongNumber);
        Octal(digits, size);
        foreach (var digit in digits)
            sum += digit - '0';
        Octal(header.Slice(Sum, SumDigits), sum);
        header[Sum + SumDigits] = 0;
    }

    // The sum is that of all bytes, with spaces in its own place.
    private static byte[] Empty()
    {
        var header = new byte[Block];
        Octal(header.AsSpan(Mode, ShortNumber), 0b100_100_100);
        Octal(header.AsSpan(Owner, ShortNumber), 0);
        Octal(header.AsSpan(Group, ShortNumber), 0);
        Octal(header.AsSpan(Size, LongNumber), 0);
        Octal(header.AsSpan(Time, LongNumber), 0);
        header.AsSpan(Sum, SumDigits + 2).Fill((byte)' ');
        header[Kind] = (byte)'0';
        Encoding.ASCII.GetBytes("ustar\u000000", header.AsSpan(Magic));
        return header;
    }

    private static void Octal(Span<byte> digits, long value)
    {
        for (var i = digits.Length - 1; i >= 0; i--, value >>= 3)
            digits[i] = (byte)('0' + (value & 7));
    }
}
