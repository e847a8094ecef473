using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Kernel;
using Slipway.Monitoring.Retraining.Challenges;

namespace Slipway.Monitoring.Retraining;

/// <summary>Follows the challengers, and submits jobs that a crash kept from being submitted.</summary>
internal sealed partial class RetrainingTimer(
    DecisionStore decisions, EvaluatePolicy evaluate, FollowChallenges follow, TimeProvider time, ILogger<RetrainingTimer> logger) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(30);

    /// <summary>One look at all that may be due.</summary>
    public async Task TickAsync(CancellationToken ct)
    {
        foreach (var (workspace, policy, at) in await decisions.UnsubmittedAsync(ct))
        {
            var caller = Caller.System with { Workspace = WorkspaceName.Parse(workspace) };
            await TryAsync(policy, () => evaluate.RunAsync(caller, policy, default, at.ToTime(), new Dictionary<string, string>(), ct));
        }

        await TryAsync("the challengers", () => follow.RunAsync(ct));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await TryAsync("all decisions", () => TickAsync(stoppingToken));
    }

    private async Task TryAsync(string what, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // One policy that fails must not keep the others from going on; the next tick tries again.
            Log.Failed(logger, exception, what);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(9020, LogLevel.Error, "The timer failed on {What}")]
        public static partial void Failed(ILogger logger, Exception exception, string what);
    }
}
