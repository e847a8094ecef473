using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Monitoring.Runs;

namespace Slipway.Monitoring.Monitors;

/// <summary>Gives a schedule, when a server starts, to each monitor that was declared with a trigger before triggers were schedules.</summary>
internal sealed partial class AdoptMonitors(MonitorStore monitors, ISchedules schedules, ILogger<AdoptMonitors> logger) : BackgroundService
{
    public async Task RunAsync(CancellationToken ct)
    {
        foreach (var row in await monitors.EnabledAsync(ct))
        {
            try
            {
                await AdoptAsync(row, ct);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // One that no schedule can be made of must not keep the others from theirs; it can be declared again.
                Log.Failed(logger, exception, row.Name);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await RunAsync(stoppingToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The database is away; the next start tries again.
            Log.Failed(logger, exception, "all");
        }
    }

    private async Task AdoptAsync(MonitorRow row, CancellationToken ct)
    {
        var caller = new Caller(WorkspaceName.Parse(row.Workspace), row.CreatedBy);
        if (row.Read().Trigger is not null && !await schedules.IsKeptAsync(caller.Workspace, row.Name, MonitorAct.Act, ct))
            await schedules.KeepAsync(caller, row.Definition, "monitor.yml", ct);
    }

    private static partial class Log
    {
        [LoggerMessage(9021, LogLevel.Error, "The monitor {Monitor} has a trigger and got no schedule; declare it again")]
        public static partial void Failed(ILogger logger, Exception exception, string monitor);
    }
}
