using System.Runtime.InteropServices;

namespace Slipway.Engines.DuckDb;

/// <summary>Single values (parameters) and the appender.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    public static partial void duckdb_destroy_value(nint* value);

    [LibraryImport(Library)]
    public static partial nint duckdb_get_value_type(nint value);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_null_value();

    [LibraryImport(Library)]
    public static partial nint duckdb_create_bool(byte value);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_int8(sbyte value);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_uint8(byte value);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_int16(short value);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_uint16(ushort value);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_int32(int value);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_uint32(uint value);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_int64(long value);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_uint64(ulong value);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_hugeint(NativeHugeInt value);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_uhugeint(NativeUHugeInt value);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_uuid(NativeUHugeInt value);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_decimal(NativeDecimal value);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_float(float value);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_double(double value);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_varchar_length(byte* text, ulong length);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_blob(byte* data, ulong length);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_date(NativeInt32 days);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_time(NativeInt64 micros);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_timestamp(NativeInt64 micros);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_timestamp_tz(NativeInt64 micros);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_interval(DuckDbInterval value);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_list_value(nint type, nint* values, ulong count);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int duckdb_appender_create_ext(
        ConnectionHandle connection, string? catalog, string? schema, string table, nint* appender);

    [LibraryImport(Library)]
    public static partial byte* duckdb_appender_error(nint appender);

    [LibraryImport(Library)]
    public static partial int duckdb_appender_destroy(nint* appender);

    [LibraryImport(Library)]
    public static partial int duckdb_appender_clear(AppenderHandle appender);

    [LibraryImport(Library)]
    public static partial int duckdb_appender_flush(AppenderHandle appender);

    [LibraryImport(Library)]
    public static partial int duckdb_appender_close(AppenderHandle appender);

    [LibraryImport(Library)]
    public static partial ulong duckdb_appender_column_count(AppenderHandle appender);

    [LibraryImport(Library)]
    public static partial int duckdb_appender_end_row(AppenderHandle appender);

    [LibraryImport(Library)]
    public static partial int duckdb_append_null(AppenderHandle appender);

    [LibraryImport(Library)]
    public static partial int duckdb_append_default(AppenderHandle appender);

    [LibraryImport(Library)]
    public static partial int duckdb_append_bool(AppenderHandle appender, byte value);

    [LibraryImport(Library)]
    public static partial int duckdb_append_int32(AppenderHandle appender, int value);

    [LibraryImport(Library)]
    public static partial int duckdb_append_int64(AppenderHandle appender, long value);

    [LibraryImport(Library)]
    public static partial int duckdb_append_float(AppenderHandle appender, float value);

    [LibraryImport(Library)]
    public static partial int duckdb_append_double(AppenderHandle appender, double value);

    [LibraryImport(Library)]
    public static partial int duckdb_append_timestamp(AppenderHandle appender, NativeInt64 micros);

    [LibraryImport(Library)]
    public static partial int duckdb_append_varchar_length(AppenderHandle appender, byte* text, ulong length);

    [LibraryImport(Library)]
    public static partial int duckdb_append_blob(AppenderHandle appender, byte* data, ulong length);

    [LibraryImport(Library)]
    public static partial int duckdb_append_value(AppenderHandle appender, nint value);

    [LibraryImport(Library)]
    public static partial int duckdb_append_data_chunk(AppenderHandle appender, nint chunk);
}
