using System.Runtime.InteropServices;

namespace Slipway.Engines.OnnxRuntime.Native;

/// <summary>
/// A native session; whoever runs it holds a reference, so that disposing it never pulls it away under a run.
/// </summary>
internal sealed class SessionHandle(nint session) : SafeHandle(session, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override unsafe bool ReleaseHandle()
    {
        OrtApi.ReleaseSession(handle);
        return true;
    }
}
