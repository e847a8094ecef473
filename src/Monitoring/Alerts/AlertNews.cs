using Microsoft.Extensions.Logging;
using Slipway.Kernel;
using Slipway.Monitoring.Contracts;
using Slipway.Monitoring.Runs;

namespace Slipway.Monitoring.Alerts;

/// <summary>Tells the rest of the program, after the commit, of alerts that fired and that were resolved.</summary>
internal sealed partial class AlertNews(Events events, MonitoringMeter meter, ILogger<AlertNews> logger)
{
    public async Task TellAsync(Caller caller, AlertChanges changes, CancellationToken ct)
    {
        foreach (var alert in changes.Raised)
        {
            meter.Alerted(alert, "raised");
            Log.Raised(logger, alert.Message);
            await events.RaiseAsync(new AlertRaised(caller, alert), ct);
        }

        foreach (var alert in changes.Resolved)
        {
            meter.Alerted(alert, "resolved");
            await events.RaiseAsync(new AlertResolved(caller, alert), ct);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(9002, LogLevel.Warning, "Raised an alert: {Message}")]
        public static partial void Raised(ILogger logger, string message);
    }
}
