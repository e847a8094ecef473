using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Kernel;

namespace Slipway.Serving.Rollouts;

/// <summary>Looks at each running rollout as often as it says, also after the server was started anew.</summary>
internal sealed partial class RolloutTimer(RolloutStore store, JudgeRollout judge, TimeProvider time, ILogger<RolloutTimer> logger) : BackgroundService
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var rollout in await store.ListRunningAsync(stoppingToken))
                    await LookAsync(rollout, stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // The database is away; the next tick asks it again.
                Log.Failed(logger, exception, "all");
            }
        }
    }

    private async Task LookAsync(Rollout rollout, CancellationToken ct)
    {
        if (time.GetUtcNow() - rollout.UpdatedAt < rollout.Definition.Interval)
            return;
        try
        {
            await judge.RunAsync(WorkspaceName.Parse(rollout.Workspace), rollout.Name, ct);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // One rollout that fails must not keep the others from being judged; it is looked at again.
            Log.Failed(logger, exception, rollout.Name);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(7011, LogLevel.Error, "Rollout {Rollout} could not be judged")]
        public static partial void Failed(ILogger logger, Exception exception, string rollout);
    }
}
