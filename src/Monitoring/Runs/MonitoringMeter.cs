using System.Diagnostics.Metrics;
using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Runs;

/// <summary>What monitors did and alerts became in this process.</summary>
internal sealed class MonitoringMeter : IDisposable
{
    private readonly Meter _meter = new("Slipway.Monitoring");
    private readonly Counter<long> _runs;
    private readonly Counter<long> _alerts;

    public MonitoringMeter()
    {
        _runs = _meter.CreateCounter<long>("slipway.monitoring.runs", description: "Monitor runs by their outcome.");
        _alerts = _meter.CreateCounter<long>("slipway.monitoring.alerts", description: "Alerts raised and resolved.");
    }

    public void Ran(MonitorRun run) => _runs.Add(1, new("monitor", run.Monitor), new("status", run.Status));

    public void Alerted(Alert alert, string status) =>
        _alerts.Add(1, new("rule", alert.Rule), new("monitor", alert.Monitor), new("severity", alert.Severity), new("status", status));

    public void Dispose() => _meter.Dispose();
}
