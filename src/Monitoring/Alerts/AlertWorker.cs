using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Monitoring.Anomalies;
using Slipway.Monitoring.Notifications;
using Slipway.Monitoring.Rules;

namespace Slipway.Monitoring.Alerts;

/// <summary>Has every workspace looked at every so often, and looks at those that are leased to it: first at anomalies, then the rules, then the messages.</summary>
internal sealed partial class AlertWorker(
    RuleStore rules, LookForAnomalies anomalies, EvaluateRules evaluate, SendMessages send, AlertQueue alerts, WorkQueue queue, Database database, IOptions<AlertOptions> options, TimeProvider time,
    ILogger<AlertWorker> logger) : BackgroundService
{
    private static readonly string[] s_kinds = [AlertQueue.WorkKind];
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    private readonly string _owner = $"{Environment.MachineName}:{Ids.New(time)}";

    /// <summary>One look at a workspace.</summary>
    public async Task LookAsync(WorkspaceName workspace, CancellationToken ct)
    {
        await anomalies.RunAsync(workspace, ct);
        await evaluate.RunAsync(workspace, ct);
        await send.RunAsync(workspace, ct);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(RemindAsync(stoppingToken), WorkAsync(stoppingToken));

    private async Task RemindAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.EverySeconds), time);
        while (await timer.WaitForNextTickAsync(ct))
        {
            await TryAsync("the queue", async () =>
            {
                foreach (var workspace in await rules.WorkspacesAsync(ct))
                    await alerts.QueueAsync(WorkspaceName.Parse(workspace), ct);
            });
        }
    }

    private async Task WorkAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            if (!await TryAsync("the queue", () => WorkOnceAsync(ct)))
                await Task.Delay(s_pause, time, ct);
        }
    }

    private async Task WorkOnceAsync(CancellationToken ct)
    {
        var lease = await queue.NextAsync(s_kinds, _owner, s_lease, s_poll, ct);
        if (await TryAsync(lease.Workspace.Value, () => LookAsync(lease.Workspace, ct)))
            await queue.CompleteAsync(lease, ct);
        else
            await queue.FailAsync(lease, "It failed; the log tells why.", s_pause, ct);
    }

    private async Task<bool> TryAsync(string what, Func<Task> act)
    {
        try
        {
            await act();
            return true;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The database may come back; a worker that gave up would not, and nobody would be told of anything.
            if (!database.IsAway(exception))
                Log.Failed(logger, exception, what);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(9032, LogLevel.Error, "Looking after alerts failed on {What}; it is tried again")]
        public static partial void Failed(ILogger logger, Exception exception, string what);
    }
}
