using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Retraining.Challenges;

namespace Slipway.Monitoring.Retraining;

/// <summary>Follows the challengers, and submits jobs that a crash kept from being submitted.</summary>
internal sealed partial class RetrainingTimer(
    DecisionStore decisions, EvaluatePolicy evaluate, FollowChallenges follow, Database database, TimeProvider time, ILogger<RetrainingTimer> logger)
    : PeriodicWork("Following trainings", TimeSpan.FromSeconds(30), database, time, logger)
{
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

    protected override Task RunAsync(int round, CancellationToken ct) => TickAsync(ct);

    private async Task TryAsync(string what, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception exception) when (exception is not OperationCanceledException && !Database.IsAway(exception))
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
