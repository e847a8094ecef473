using System.Runtime.InteropServices;

namespace Slipway.Engines.DuckDb;

/// <summary>Table functions.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Library)]
    public static partial nint duckdb_create_table_function();

    [LibraryImport(Library)]
    public static partial void duckdb_destroy_table_function(nint* function);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void duckdb_table_function_set_name(nint function, string name);

    [LibraryImport(Library)]
    public static partial void duckdb_table_function_add_parameter(nint function, nint type);

    [LibraryImport(Library)]
    public static partial void duckdb_table_function_set_extra_info(
        nint function, nint extra, delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(Library)]
    public static partial void duckdb_table_function_set_bind(nint function, delegate* unmanaged[Cdecl]<nint, void> bind);

    [LibraryImport(Library)]
    public static partial void duckdb_table_function_set_init(nint function, delegate* unmanaged[Cdecl]<nint, void> init);

    [LibraryImport(Library)]
    public static partial void duckdb_table_function_set_function(
        nint function, delegate* unmanaged[Cdecl]<nint, nint, void> fill);

    [LibraryImport(Library)]
    public static partial int duckdb_register_table_function(ConnectionHandle connection, nint function);

    [LibraryImport(Library)]
    public static partial nint duckdb_bind_get_extra_info(nint bind);

    [LibraryImport(Library)]
    public static partial nint duckdb_bind_get_parameter(nint bind, ulong index);

    [LibraryImport(Library)]
    public static partial long duckdb_get_int64(nint value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void duckdb_bind_add_result_column(nint bind, string name, nint type);

    [LibraryImport(Library)]
    public static partial void duckdb_bind_set_cardinality(nint bind, ulong rows, byte isExact);

    [LibraryImport(Library)]
    public static partial void duckdb_bind_set_bind_data(nint bind, nint data, delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void duckdb_bind_set_error(nint bind, string message);

    [LibraryImport(Library)]
    public static partial nint duckdb_init_get_bind_data(nint init);

    [LibraryImport(Library)]
    public static partial void duckdb_init_set_init_data(nint init, nint data, delegate* unmanaged[Cdecl]<nint, void> free);

    [LibraryImport(Library)]
    public static partial void duckdb_init_set_max_threads(nint init, ulong threads);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void duckdb_init_set_error(nint init, string message);

    [LibraryImport(Library)]
    public static partial nint duckdb_function_get_init_data(nint function);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial void duckdb_function_set_error(nint function, string message);
}
