using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Kernel;
using Slipway.Monitoring.Monitors;
using Slipway.Monitoring.Retraining.Challenges;
using Slipway.Monitoring.Runs;

namespace Slipway.Monitoring.Retraining;

/// <summary>
/// Runs the monitors that have a trigger, asks the policies that stand on them, and submits jobs that a crash kept from
/// being submitted.
/// </summary>
internal sealed partial class MonitoringTimer(
    MonitorStore monitors, RunStore runs, MonitorRound round, DecisionStore decisions, EvaluatePolicy evaluate, FollowChallenges follow, TimeProvider time,
    ILogger<MonitoringTimer> logger) : BackgroundService
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
        foreach (var row in await monitors.EnabledAsync(ct))
            await TryAsync(row.Name, () => RunDueAsync(row, ct));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await TryAsync("all monitors", () => TickAsync(stoppingToken));
    }

    private async Task RunDueAsync(MonitorRow row, CancellationToken ct)
    {
        if (row.Read() is not { Trigger: { } trigger } monitor)
            return;
        var caller = Caller.System with { Workspace = WorkspaceName.Parse(row.Workspace) };
        var last = await runs.ListAsync(caller.Workspace, monitor.Name, 1, ct) is [var latest] ? latest.Window.To : row.CreatedAt.ToTime();
        if (trigger.Due(last, time.GetUtcNow()) is { } window)
            await round.RunAsync(caller, monitor.Name, window, ct);
    }

    private async Task TryAsync(string what, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // One monitor that fails must not keep the others from running; the next tick tries again.
            Log.Failed(logger, exception, what);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(9020, LogLevel.Error, "The timer failed on {What}")]
        public static partial void Failed(ILogger logger, Exception exception, string what);
    }
}
