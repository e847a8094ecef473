using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Slipway.Kernel;

namespace Slipway.Engines.DuckDb;

/// <summary>Makes .NET objects of the values in a vector.</summary>
internal static class VectorReader
{
    public static object? Read(in DuckDbVector vector, int row) => vector.Type.Id switch
    {
        DuckDbTypeId.Varchar => vector.GetString(row),
        DuckDbTypeId.BigInt => vector.At<long>(row),
        DuckDbTypeId.Double => vector.At<double>(row),
        DuckDbTypeId.Integer => vector.At<int>(row),
        DuckDbTypeId.Boolean => vector.At<byte>(row) != 0,
        DuckDbTypeId.Float => vector.At<float>(row),
        DuckDbTypeId.Decimal => Decimal(Integer(vector, row), vector.Type.Scale),
        DuckDbTypeId.TinyInt => vector.At<sbyte>(row),
        DuckDbTypeId.SmallInt => vector.At<short>(row),
        DuckDbTypeId.UTinyInt => vector.At<byte>(row),
        DuckDbTypeId.USmallInt => vector.At<ushort>(row),
        DuckDbTypeId.UInteger => vector.At<uint>(row),
        DuckDbTypeId.UBigInt => vector.At<ulong>(row),
        DuckDbTypeId.HugeInt => vector.At<NativeHugeInt>(row).Value,
        DuckDbTypeId.UHugeInt => vector.At<NativeUHugeInt>(row).Value,
        DuckDbTypeId.BigNum => BigNum(vector.GetUtf8(row)),
        DuckDbTypeId.Blob => vector.GetUtf8(row).ToArray(),
        DuckDbTypeId.Bit => Bits(vector.GetUtf8(row)),
        DuckDbTypeId.Uuid => Uuid(vector.At<NativeUHugeInt>(row)),
        DuckDbTypeId.Enum => vector.Type.EnumValues[EnumIndex(vector, row)],
        DuckDbTypeId.SqlNull => null,
        DuckDbTypeId.List or DuckDbTypeId.Array => List(vector, row),
        DuckDbTypeId.Struct => Struct(vector, row),
        DuckDbTypeId.Map => Map(vector, row),
        DuckDbTypeId.Union => vector.Field(vector.Tag(row)).GetValue(row),
        _ => Time(vector, row),
    };

    private static object Time(in DuckDbVector vector, int row) => vector.Type.Id switch
    {
        DuckDbTypeId.Timestamp => NativeTime.FromMicros(vector.At<long>(row)),
        DuckDbTypeId.TimestampTz => new DateTimeOffset(NativeTime.FromMicros(vector.At<long>(row)), TimeSpan.Zero),
        DuckDbTypeId.TimestampMs => NativeTime.FromMillis(vector.At<long>(row)),
        DuckDbTypeId.TimestampS => NativeTime.FromSeconds(vector.At<long>(row)),
        DuckDbTypeId.TimestampNs => NativeTime.FromNanos(vector.At<long>(row)),
        DuckDbTypeId.Date => NativeTime.FromDays(vector.At<int>(row)),
        DuckDbTypeId.Time => NativeTime.FromMicrosOfDay(vector.At<long>(row)),
        DuckDbTypeId.TimeNs => NativeTime.FromMicrosOfDay(vector.At<long>(row) / 1000),
        DuckDbTypeId.TimeTz => NativeTime.TimeWithZone(vector.At<ulong>(row)),
        DuckDbTypeId.Interval => vector.At<DuckDbInterval>(row),
        _ => throw new SlipwayException(
            ErrorCode.EngineFailed, $"A column of type {vector.Type} cannot be read; cast it to VARCHAR or JSON."),
    };

    private static Int128 Integer(in DuckDbVector vector, int row) => PhysicalType.Size(vector.Type) switch
    {
        2 => vector.At<short>(row),
        4 => vector.At<int>(row),
        8 => vector.At<long>(row),
        _ => vector.At<NativeHugeInt>(row).Value,
    };

    private static int EnumIndex(in DuckDbVector vector, int row) => PhysicalType.Size(vector.Type) switch
    {
        1 => vector.At<byte>(row),
        2 => vector.At<ushort>(row),
        _ => (int)vector.At<uint>(row),
    };

    private static object Decimal(Int128 unscaled, int scale)
    {
        const int MaxScale = 28;
        var magnitude = (UInt128)Int128.Abs(unscaled);
        var reduced = scale;
        while (reduced > 0 && (reduced > MaxScale || magnitude >> 96 != 0) && magnitude % 10 == 0)
        {
            magnitude /= 10;
            reduced--;
        }

        if (reduced <= MaxScale && magnitude >> 96 == 0)
        {
            return new decimal(
                (int)(uint)magnitude, (int)(uint)(magnitude >> 32), (int)(uint)(magnitude >> 64), unscaled < 0, (byte)reduced);
        }

        var digits = ((UInt128)Int128.Abs(unscaled)).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return $"{(unscaled < 0 ? "-" : "")}{digits[..^scale]}{(scale > 0 ? "." : "")}{digits[^scale..]}";
    }

    // Stored with the first bit flipped, so that it sorts as a signed number.
    private static Guid Uuid(NativeUHugeInt stored)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, stored.Value ^ (UInt128.One << 127));
        return new Guid(bytes, bigEndian: true);
    }

    // The first byte counts the bits of the second that are padding.
    private static string Bits(ReadOnlySpan<byte> stored)
    {
        var length = ((stored.Length - 1) * 8) - stored[0];
        var bits = new char[length];
        for (var i = 0; i < length; i++)
        {
            var position = stored[0] + i;
            bits[i] = (stored[1 + (position >> 3)] & (0x80 >> (position & 7))) != 0 ? '1' : '0';
        }

        return new string(bits);
    }

    // Three bytes of length and sign, then the magnitude, big-endian; all bits are inverted when it is negative.
    private static BigInteger BigNum(ReadOnlySpan<byte> stored)
    {
        var negative = (stored[0] & 0x80) == 0;
        var magnitude = stored[3..].ToArray();
        if (negative)
        {
            for (var i = 0; i < magnitude.Length; i++)
                magnitude[i] = (byte)~magnitude[i];
        }

        var value = new BigInteger(magnitude, isUnsigned: true, isBigEndian: true);
        return negative ? -value : value;
    }

    private static object?[] List(in DuckDbVector vector, int row)
    {
        var elements = vector.Elements;
        var (start, length) = vector.Range(row).GetOffsetAndLength(elements.Count);
        var list = new object?[length];
        for (var i = 0; i < length; i++)
            list[i] = elements.GetValue(start + i);
        return list;
    }

    private static Dictionary<string, object?> Struct(in DuckDbVector vector, int row)
    {
        var fields = new Dictionary<string, object?>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < vector.Type.Fields.Count; i++)
            fields[vector.Type.Fields[i].Name] = vector.Field(i).GetValue(row);
        return fields;
    }

    private static KeyValuePair<object, object?>[] Map(in DuckDbVector vector, int row)
    {
        var elements = vector.Elements;
        var (start, length) = vector.Range(row).GetOffsetAndLength(elements.Count);
        var keys = elements.Field(0);
        var values = elements.Field(1);
        var pairs = new KeyValuePair<object, object?>[length];
        for (var i = 0; i < length; i++)
            pairs[i] = new(keys.GetValue(start + i)!, values.GetValue(start + i));
        return pairs;
    }
}
