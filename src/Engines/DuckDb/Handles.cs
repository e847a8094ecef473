using System.Runtime.InteropServices;

namespace Slipway.Engines.DuckDb;

// DuckDB counts its own references (a connection keeps its database alive, a result its connection), so finalizers may
// close these in any order.
internal abstract class DuckDbHandle : SafeHandle
{
    protected DuckDbHandle(nint native)
        : base(0, ownsHandle: true) => SetHandle(native);

    public override bool IsInvalid => handle == 0;
}

internal sealed unsafe class DatabaseHandle(nint native) : DuckDbHandle(native)
{
    protected override bool ReleaseHandle()
    {
        var native = handle;
        Native.duckdb_close(&native);
        return true;
    }
}

internal sealed unsafe class ConnectionHandle(nint native) : DuckDbHandle(native)
{
    protected override bool ReleaseHandle()
    {
        var native = handle;
        Native.duckdb_disconnect(&native);
        return true;
    }
}

internal sealed unsafe class PreparedHandle(nint native) : DuckDbHandle(native)
{
    protected override bool ReleaseHandle()
    {
        var native = handle;
        Native.duckdb_destroy_prepare(&native);
        return true;
    }
}

internal sealed unsafe class AppenderHandle(nint native) : DuckDbHandle(native)
{
    protected override bool ReleaseHandle()
    {
        var native = handle;
        return Native.duckdb_appender_destroy(&native) == Native.Success;
    }
}
