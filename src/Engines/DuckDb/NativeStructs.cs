using System.Runtime.InteropServices;

namespace Slipway.Engines.DuckDb;

/// <summary>duckdb_result: five deprecated fields, then the result itself.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeResult
{
    private readonly ulong _columnCount;
    private readonly ulong _rowCount;
    private readonly ulong _rowsChanged;
    private readonly nint _columns;
    private readonly nint _errorMessage;
    private readonly nint _internal;

    public readonly bool IsOpen => _internal != 0;
}

/// <summary>duckdb_date: a struct, because the C ABI may pass it otherwise than a plain number.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct NativeInt32(int Value);

/// <summary>duckdb_time, duckdb_timestamp.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct NativeInt64(long Value);

/// <summary>duckdb_hugeint. Not Int128, which has an alignment of its own.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct NativeHugeInt(ulong Lower, long Upper)
{
    public NativeHugeInt(Int128 value)
        : this((ulong)value, (long)(value >> 64))
    {
    }

    public Int128 Value => new((ulong)Upper, Lower);
}

/// <summary>duckdb_uhugeint.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct NativeUHugeInt(ulong Lower, ulong Upper)
{
    public NativeUHugeInt(UInt128 value)
        : this((ulong)value, (ulong)(value >> 64))
    {
    }

    public UInt128 Value => new(Upper, Lower);
}

/// <summary>duckdb_decimal.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct NativeDecimal(byte Width, byte Scale, NativeHugeInt Value);

/// <summary>duckdb_list_entry: where a row's elements are in the child vector.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct NativeListEntry(ulong Offset, ulong Length);
