using System.Runtime.InteropServices;
using Slipway.Kernel;

namespace Slipway.Engines.DuckDb;

/// <summary>DuckDB's C API, as far as Slipway uses it.</summary>
internal static unsafe partial class Native
{
    private const string Library = "duckdb";

    static Native() => NativeLibraries.Register(
        typeof(Native).Assembly,
        new NativeLibraryFile(
            Library, "DuckDB", "libduckdb.so", "libduckdb.dylib", "duckdb.dll", NativeLibraryFile.FromNpm));

    [LibraryImport(Library)]
    public static partial byte* duckdb_library_version();
}
