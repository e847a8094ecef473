namespace Slipway.Monitoring.Backtests.Runs;

/// <summary>Tells how far a backtest is: so many steps of so many, and which is the next.</summary>
internal sealed class ReplayProgress(Func<int, int, string, CancellationToken, Task> tell)
{
    /// <summary>Nobody listens.</summary>
    public static ReplayProgress None { get; } = new((_, _, _, _) => Task.CompletedTask);

    public Task TellAsync(int done, int total, string next, CancellationToken ct) => tell(done, total, next, ct);

    /// <summary>A part of the steps, the first of which is this one.</summary>
    public ReplayProgress From(int first, int total) => new((done, _, next, ct) => tell(first + done, total, next, ct));
}
