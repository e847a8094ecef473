using Slipway.Kernel;

namespace Slipway.Monitoring.Backtests.Runs;

/// <summary>A kind of backtest: monitor, retraining, alert-rule, anomaly-detector.</summary>
internal interface IBacktest : IPolicy
{
    /// <summary>It reads and measures all rows of a history, which takes a while.</summary>
    bool IsLong { get; }

    /// <summary>What came out, as JSON.</summary>
    /// <param name="request">As it was asked for, checked and then kept as JSON.</param>
    Task<string> PlayAsync(Caller caller, string request, ReplayProgress progress, CancellationToken ct);
}
