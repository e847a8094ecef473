using Slipway.Kernel;

namespace Slipway.Engines.DuckDb;

/// <summary>
/// A DuckDB database, in memory or in a file. Threads may share it, each with a connection of its own. Connections and
/// results outlive it safely: DuckDB closes the database when the last of them is gone.
/// </summary>
public sealed unsafe class DuckDbDatabase : IDisposable
{
    // Two instances over one file in one process would not see each other's locks and destroy it; DuckDB's cache hands
    // out the same instance. It lives as long as the process.
    private static readonly Lazy<nint> s_cache = new(Native.duckdb_create_instance_cache);

    private readonly DatabaseHandle _handle;

    private DuckDbDatabase(DatabaseHandle handle) => _handle = handle;

    /// <summary>A database of its own that is gone when it is closed.</summary>
    public static DuckDbDatabase OpenMemory(DuckDbSettings? settings = null) =>
        Open(":memory:", cache: 0, settings ?? new DuckDbSettings());

    /// <summary>Opens the file, or makes it. Opening it again in this process shares the same instance and needs the same settings.</summary>
    public static DuckDbDatabase Open(string path, DuckDbSettings? settings = null) =>
        Open(Path.GetFullPath(path), s_cache.Value, settings ?? new DuckDbSettings());

    public DuckDbConnection Connect()
    {
        nint connection = 0;
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        if (Native.duckdb_connect(_handle, &connection) != Native.Success)
            throw new SlipwayException(ErrorCode.EngineFailed, "DuckDB refused another connection.");

        return new DuckDbConnection(new ConnectionHandle(connection));
    }

    public void Dispose() => _handle.Dispose();

    private static DuckDbDatabase Open(string path, nint cache, DuckDbSettings settings)
    {
        var config = Configure(settings.ToOptions());
        try
        {
            nint native = 0;
            byte* error = null;
            NativeText.Whole(path);
            var state = cache == 0
                ? Native.duckdb_open_ext(path, &native, config, &error)
                : Native.duckdb_get_or_create_from_cache(cache, path, &native, config, &error);
            if (state != Native.Success)
            {
                throw new SlipwayException(
                    ErrorCode.EngineFailed, error is null ? $"DuckDB cannot open '{path}'." : NativeText.Take(error));
            }

            return new DuckDbDatabase(new DatabaseHandle(native)).Prepare(path, settings.Sandbox);
        }
        finally
        {
            Native.duckdb_destroy_config(&config);
        }
    }

    private DuckDbDatabase Prepare(string path, DuckDbSandbox? sandbox)
    {
        try
        {
            using var connection = Connect();
            var locked = connection.QueryScalar<bool>("select current_setting('lock_configuration')");
            if (locked && sandbox is not null)
                throw SlipwayException.Conflict($"'{path}' is open already with a sandbox; share that database.");

            // Times must not depend on the machine's zone. DuckDB takes this setting only from an open database.
            if (!locked)
                connection.Execute($"set global TimeZone = 'UTC'; {sandbox?.ToSql()}");
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private static nint Configure(Dictionary<string, string> options)
    {
        nint config = 0;
        if (Native.duckdb_create_config(&config) != Native.Success)
            throw new SlipwayException(ErrorCode.EngineFailed, "DuckDB cannot be configured.");
        foreach (var (name, value) in options)
        {
            if (Native.duckdb_set_config(config, name, value) == Native.Success)
                continue;
            Native.duckdb_destroy_config(&config);
            throw new SlipwayException(
                ErrorCode.EngineFailed, $"DuckDB does not take the setting '{name}' = '{value}'.");
        }

        return config;
    }
}
