using System.Buffers.Binary;
using System.Collections;
using System.Text;
using Slipway.Kernel;

namespace Slipway.Engines.DuckDb;

/// <summary>Makes duckdb_values of .NET values. The caller destroys them.</summary>
internal static unsafe class NativeValue
{
    public static nint Create(object? value) => value switch
    {
        null or DBNull => Native.duckdb_create_null_value(),
        bool boolean => Native.duckdb_create_bool(boolean ? (byte)1 : (byte)0),
        string text => Text(text),
        float number => Native.duckdb_create_float(number),
        double number => Native.duckdb_create_double(number),
        decimal number => Decimal(number),
        byte[] bytes => Blob(bytes),
        ReadOnlyMemory<byte> bytes => Blob(bytes.Span),
        Guid uuid => Uuid(uuid),
        IEnumerable elements => List(elements),
        _ => Integer(value),
    };

    public static void Destroy(nint value) => Native.duckdb_destroy_value(&value);

    private static nint Integer(object value) => value switch
    {
        int number => Native.duckdb_create_int32(number),
        long number => Native.duckdb_create_int64(number),
        short number => Native.duckdb_create_int16(number),
        sbyte number => Native.duckdb_create_int8(number),
        byte number => Native.duckdb_create_uint8(number),
        ushort number => Native.duckdb_create_uint16(number),
        uint number => Native.duckdb_create_uint32(number),
        ulong number => Native.duckdb_create_uint64(number),
        Int128 number => Native.duckdb_create_hugeint(new NativeHugeInt(number)),
        UInt128 number => Native.duckdb_create_uhugeint(new NativeUHugeInt(number)),
        _ => Time(value),
    };

    private static nint Time(object value) => value switch
    {
        DateTime time => Native.duckdb_create_timestamp(new NativeInt64(NativeTime.Micros(time))),
        DateTimeOffset time => Native.duckdb_create_timestamp_tz(new NativeInt64(NativeTime.Micros(time))),
        DateOnly date => Native.duckdb_create_date(new NativeInt32(NativeTime.Days(date))),
        TimeOnly time => Native.duckdb_create_time(new NativeInt64(time.Ticks / 10)),
        TimeSpan span => Native.duckdb_create_interval(DuckDbInterval.From(span)),
        DuckDbInterval interval => Native.duckdb_create_interval(interval),
        _ => throw new ArgumentException($"A {value.GetType().Name} cannot be a value in DuckDB.", nameof(value)),
    };

    private static nint Text(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        fixed (byte* bytes = utf8)
            return Native.duckdb_create_varchar_length(bytes is null ? (byte*)&bytes : bytes, (ulong)utf8.Length);
    }

    private static nint Blob(ReadOnlySpan<byte> data)
    {
        fixed (byte* bytes = data)
            return Native.duckdb_create_blob(bytes is null ? (byte*)&bytes : bytes, (ulong)data.Length);
    }

    private static nint Uuid(Guid uuid)
    {
        Span<byte> bytes = stackalloc byte[16];
        uuid.TryWriteBytes(bytes, bigEndian: true, out _);
        return Native.duckdb_create_uuid(new NativeUHugeInt(BinaryPrimitives.ReadUInt128BigEndian(bytes)));
    }

    private static nint Decimal(decimal number)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(number, parts);
        var mantissa = new Int128((uint)parts[2], ((ulong)(uint)parts[1] << 32) | (uint)parts[0]);
        var digits = 1;
        for (var rest = mantissa / 10; rest > 0; rest /= 10)
            digits++;

        // As narrow as the number allows: DuckDB multiplies by adding the widths, and 38 is its limit.
        return Native.duckdb_create_decimal(new NativeDecimal(
            (byte)Math.Max(digits, number.Scale),
            number.Scale,
            new NativeHugeInt(decimal.IsNegative(number) ? -mantissa : mantissa)));
    }

    private static nint List(IEnumerable elements)
    {
        var values = new List<nint>();
        try
        {
            nint type = 0;
            foreach (var element in elements)
            {
                var value = Create(element);
                values.Add(value);
                if (type == 0 && element is not null)
                    type = Native.duckdb_get_value_type(value);
            }

            return List(values.ToArray(), type);
        }
        finally
        {
            values.ForEach(Destroy);
        }
    }

    private static nint List(nint[] values, nint type)
    {
        // The type of a value belongs to that value; only a type made here is destroyed here.
        var unknown = type == 0 ? Native.duckdb_create_logical_type(DuckDbTypeId.SqlNull) : 0;
        try
        {
            fixed (nint* first = values)
            {
                nint none = 0;
                var list = Native.duckdb_create_list_value(
                    type == 0 ? unknown : type, first is null ? &none : first, (ulong)values.Length);
                return list != 0
                    ? list
                    : throw new SlipwayException(ErrorCode.EngineFailed, "The elements of a list must be of one type.");
            }
        }
        finally
        {
            if (unknown != 0)
                Native.duckdb_destroy_logical_type(&unknown);
        }
    }
}
