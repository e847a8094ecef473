using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Slipway.Kernel;

namespace Slipway.Engines.DuckDb;

/// <summary>
/// The table function through which a connection's queries read its sources by their numbers. DuckDB keeps functions as long as the database, so
/// there is one for a connection, not one for each source.
/// </summary>
internal sealed unsafe class SourceFunction
{
    private static long s_functions;

    private readonly ConcurrentDictionary<long, DuckDbSource> _sources = new();
    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"rows_of_connection_{Interlocked.Increment(ref s_functions)}");
    private long _last;

    public SourceFunction(ConnectionHandle connection)
    {
        var function = Native.duckdb_create_table_function();
        var number = Native.duckdb_create_logical_type(DuckDbTypeId.BigInt);
        Native.duckdb_table_function_set_name(function, _name);
        Native.duckdb_table_function_add_parameter(function, number);
        Native.duckdb_table_function_set_extra_info(function, Hold(this), &Free);
        Native.duckdb_table_function_set_bind(function, &Bind);
        Native.duckdb_table_function_set_init(function, &Init);
        Native.duckdb_table_function_set_function(function, &Fill);
        var state = Native.duckdb_register_table_function(connection, function);
        Native.duckdb_destroy_logical_type(&number);
        Native.duckdb_destroy_table_function(&function);
        if (state != Native.Success)
            throw new SlipwayException(ErrorCode.EngineFailed, "DuckDB does not take another table function.");
    }

    public string Call(long number) => string.Create(CultureInfo.InvariantCulture, $"{_name}({number})");

    public long Add(DuckDbSource source)
    {
        var number = Interlocked.Increment(ref _last);
        _sources[number] = source;
        return number;
    }

    public void Remove(long number) => _sources.TryRemove(number, out _);

    // The engine holds an object by a handle until it calls Free; one that it holds twice has two.
    private static nint Hold(object value) => GCHandle.ToIntPtr(GCHandle.Alloc(value));

    private static T Held<T>(nint handle)
        where T : class => (T)GCHandle.FromIntPtr(handle).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Free(nint handle) => GCHandle.FromIntPtr(handle).Free();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Bind(nint bind)
    {
        try
        {
            var function = Held<SourceFunction>(Native.duckdb_bind_get_extra_info(bind));
            var parameter = Native.duckdb_bind_get_parameter(bind, 0);
            var number = Native.duckdb_get_int64(parameter);
            Native.duckdb_destroy_value(&parameter);
            if (!function._sources.TryGetValue(number, out var source))
                throw new InvalidOperationException($"There are no rows {number} any more, or never were.");
            foreach (var (name, id) in source.Columns)
            {
                var type = Native.duckdb_create_logical_type(id);
                Native.duckdb_bind_add_result_column(bind, NativeText.Whole(name), type);
                Native.duckdb_destroy_logical_type(&type);
            }

            Native.duckdb_bind_set_cardinality(bind, (ulong)source.Rows, 1);
            Native.duckdb_bind_set_bind_data(bind, Hold(source), &Free);
        }
        catch (Exception exception)
        {
            Native.duckdb_bind_set_error(bind, exception.Message);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Init(nint init)
    {
        try
        {
            var source = Held<DuckDbSource>(Native.duckdb_init_get_bind_data(init));
            Native.duckdb_init_set_max_threads(init, 1);
            Native.duckdb_init_set_init_data(init, Hold(new DuckDbSource.Scan(source)), &Free);
        }
        catch (Exception exception)
        {
            Native.duckdb_init_set_error(init, exception.Message);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Fill(nint function, nint chunk)
    {
        try
        {
            Held<DuckDbSource.Scan>(Native.duckdb_function_get_init_data(function)).Next(chunk);
        }
        catch (Exception exception)
        {
            Native.duckdb_function_set_error(function, exception.Message);
        }
    }
}
