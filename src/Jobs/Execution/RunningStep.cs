using Slipway.Data;
using Slipway.Jobs.Compute;

namespace Slipway.Jobs.Execution;

/// <summary>Why a running step is to end early.</summary>
internal enum StopCause
{
    None,

    /// <summary>Its job was cancelled, or another step's failure ends it.</summary>
    JobStopped,

    /// <summary>It took longer than it may.</summary>
    TimedOut,

    /// <summary>Another worker has it by now; what this one made is dropped.</summary>
    LeaseLost,

    /// <summary>The server stops; the step is begun again later.</summary>
    ServerStopped,
}

/// <summary>A step that this process works on.</summary>
internal sealed class RunningStep(Lease lease, StepWork work) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private bool _disposed;

    public Lease Lease { get; } = lease;

    public string JobId { get; } = work.JobId;

    public int Position { get; } = work.Position;

    /// <summary>When others may take the step, unless the lease is renewed before.</summary>
    public DateTimeOffset LeasedUntil { get; set; } = lease.Expires;

    /// <summary>How much of the log other processes have been shown.</summary>
    public long SharedBytes { get; set; }

    public CancellationToken Stopped => _stop.Token;

    public StopCause Cause { get; private set; }

    public string? Reason { get; private set; }

    /// <summary>True once its tracking run is open.</summary>
    public bool RunStarted { get; set; }

    /// <summary>Set while it writes a log.</summary>
    public StepLog? Log { get; set; }

    /// <summary>The first cause counts.</summary>
    public void Stop(StopCause cause, string? reason = null)
    {
        lock (_gate)
        {
            if (_disposed || Cause != StopCause.None)
                return;
            Cause = cause;
            Reason = reason;
        }

        _stop.Cancel();
    }

    public void Dispose()
    {
        lock (_gate)
            _disposed = true;
        _stop.Dispose();
    }
}
