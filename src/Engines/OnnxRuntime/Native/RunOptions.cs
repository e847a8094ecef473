using System.Runtime.InteropServices;
using Slipway.Kernel;

namespace Slipway.Engines.OnnxRuntime.Native;

/// <summary>The engine's options of a run, through which a cancelled token stops it between two operators.</summary>
internal sealed class RunOptions : SafeHandle
{
    public unsafe RunOptions()
        : base(0, ownsHandle: true)
    {
        nint options;
        OrtStatus.Check(OrtApi.CreateRunOptions(&options));
        SetHandle(options);
    }

    public override bool IsInvalid => handle == 0;

    public nint Handle => handle;

    /// <summary>Throws what the status says; a run that was stopped by its token is a cancelled one.</summary>
    public static void Check(nint status, CancellationToken ct)
    {
        if (status == 0)
            return;

        var (_, message) = OrtStatus.Take(status);
        ct.ThrowIfCancellationRequested();
        throw new SlipwayException(ErrorCode.EngineFailed, message);
    }

    /// <summary>Lets the token stop the run until the answer is disposed.</summary>
    public Stopping StopOn(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        return new(this, ct);
    }

    protected override unsafe bool ReleaseHandle()
    {
        OrtApi.ReleaseRunOptions(handle);
        return true;
    }

    private unsafe void Terminate() => OrtStatus.Check(OrtApi.RunOptionsSetTerminate(handle));

    private unsafe void Resume() => OrtStatus.Check(OrtApi.RunOptionsUnsetTerminate(handle));

    // A struct, because a run allocates nothing.
    public readonly struct Stopping(RunOptions options, CancellationToken ct) : IDisposable
    {
        private readonly CancellationTokenRegistration _registration =
            ct.UnsafeRegister(static state => ((RunOptions)state!).Terminate(), options);

        public void Dispose()
        {
            // Waits for a callback that is under way, so that the flag below is the last word.
            _registration.Dispose();
            if (ct.IsCancellationRequested)
                options.Resume();
        }
    }
}
