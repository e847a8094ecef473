using Microsoft.Extensions.Logging;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Serving.Rollouts;

/// <summary>Looks at each rollout that is judged as often as it says, also after the server was started anew.</summary>
internal sealed partial class RolloutTimer(
    RolloutStore store, JudgeRollout judge, RolloutTraffic traffic, Database database, TimeProvider time, ILogger<RolloutTimer> logger)
    : PeriodicWork("Looking for rollouts to judge", TimeSpan.FromSeconds(1), database, time, logger)
{
    protected override async Task RunAsync(int round, CancellationToken ct)
    {
        foreach (var rollout in await store.ListRunningAsync(ct))
            await LookAsync(rollout, ct);
    }

    private async Task LookAsync(Rollout rollout, CancellationToken ct)
    {
        if (Time.GetUtcNow() - rollout.UpdatedAt < rollout.Definition.Interval && !traffic.IsUnread(rollout))
            return;
        try
        {
            await judge.RunAsync(WorkspaceName.Parse(rollout.Workspace), rollout.Name, ct);
        }
        catch (SlipwayException exception) when (exception.Code == ErrorCode.Conflict)
        {
            // Another server, or somebody, was at it at the same moment; the next round sees what came of it.
        }
        catch (Exception exception) when (exception is not OperationCanceledException && !Database.IsAway(exception))
        {
            // One rollout that fails must not keep the others from being judged; it is looked at again.
            Log.Failed(logger, exception, rollout.Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7041, LogLevel.Error, "Rollout {Rollout} could not be judged")]
        public static partial void Failed(ILogger logger, Exception exception, string rollout);
    }
}
