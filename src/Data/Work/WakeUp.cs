namespace Slipway.Data;

/// <summary>Tells everybody in this process who waits that there is something new.</summary>
internal sealed class WakeUp
{
    private TaskCompletionSource _next = Create();

    /// <summary>Completes with the next signal after now.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Signal() => Interlocked.Exchange(ref _next, Create()).TrySetResult();

    public static async Task WaitAsync(Task signal, TimeSpan max, TimeProvider time, CancellationToken ct)
    {
        try
        {
            await signal.WaitAsync(max, time, ct);
        }
        catch (TimeoutException)
        {
            // Nothing new in this process; the caller looks whether another one added something.
        }
    }

    private static TaskCompletionSource Create() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
