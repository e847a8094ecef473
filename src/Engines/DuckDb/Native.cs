using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Slipway.Kernel;

[assembly: DisableRuntimeMarshalling]

namespace Slipway.Engines.DuckDb;

/// <summary>
/// DuckDB's C API (https://duckdb.org/docs/stable/clients/c/api), as far as Slipway uses it: databases, statements and
/// results here, the rest in the other parts. The names are the C names, so that they can be looked up.
/// </summary>
internal static unsafe partial class Native
{
    private const string Library = "duckdb";

    /// <summary>duckdb_state: 0 is DuckDBSuccess.</summary>
    public const int Success = 0;

    static Native() => NativeLibraries.Register(
        typeof(Native).Assembly,
        new NativeLibraryFile(
            Library, "DuckDB", "libduckdb.so", "libduckdb.dylib", "duckdb.dll", NativeLibraryFile.FromNpm));

    [LibraryImport(Library)]
    public static partial void duckdb_free(void* memory);

    [LibraryImport(Library)]
    public static partial ulong duckdb_vector_size();

    [LibraryImport(Library)]
    public static partial int duckdb_create_config(nint* config);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int duckdb_set_config(nint config, string name, string value);

    [LibraryImport(Library)]
    public static partial void duckdb_destroy_config(nint* config);

    [LibraryImport(Library)]
    public static partial nint duckdb_create_instance_cache();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int duckdb_get_or_create_from_cache(
        nint cache, string path, nint* database, nint config, byte** error);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int duckdb_open_ext(string path, nint* database, nint config, byte** error);

    [LibraryImport(Library)]
    public static partial void duckdb_close(nint* database);

    [LibraryImport(Library)]
    public static partial int duckdb_connect(DatabaseHandle database, nint* connection);

    [LibraryImport(Library)]
    public static partial void duckdb_disconnect(nint* connection);

    [LibraryImport(Library)]
    public static partial void duckdb_interrupt(ConnectionHandle connection);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial ulong duckdb_extract_statements(ConnectionHandle connection, string sql, nint* statements);

    [LibraryImport(Library)]
    public static partial byte* duckdb_extract_statements_error(nint statements);

    [LibraryImport(Library)]
    public static partial void duckdb_destroy_extracted(nint* statements);

    [LibraryImport(Library)]
    public static partial int duckdb_prepare_extracted_statement(
        ConnectionHandle connection, nint statements, ulong index, nint* prepared);

    [LibraryImport(Library)]
    public static partial byte* duckdb_prepare_error(nint prepared);

    [LibraryImport(Library)]
    public static partial void duckdb_destroy_prepare(nint* prepared);

    [LibraryImport(Library)]
    public static partial int duckdb_prepared_statement_type(PreparedHandle prepared);

    [LibraryImport(Library)]
    public static partial ulong duckdb_nparams(PreparedHandle prepared);

    [LibraryImport(Library)]
    public static partial byte* duckdb_parameter_name(PreparedHandle prepared, ulong index);

    [LibraryImport(Library)]
    public static partial int duckdb_bind_value(PreparedHandle prepared, ulong index, nint value);

    [LibraryImport(Library)]
    public static partial int duckdb_execute_prepared_streaming(PreparedHandle prepared, NativeResult* result);

    [LibraryImport(Library)]
    public static partial void duckdb_destroy_result(NativeResult* result);

    [LibraryImport(Library)]
    public static partial byte* duckdb_result_error(NativeResult* result);

    [LibraryImport(Library)]
    public static partial int duckdb_result_return_type(NativeResult result);

    [LibraryImport(Library)]
    public static partial ulong duckdb_column_count(NativeResult* result);

    [LibraryImport(Library)]
    public static partial byte* duckdb_column_name(NativeResult* result, ulong column);

    [LibraryImport(Library)]
    public static partial nint duckdb_column_logical_type(NativeResult* result, ulong column);

    [LibraryImport(Library)]
    public static partial nint duckdb_fetch_chunk(NativeResult result);
}
