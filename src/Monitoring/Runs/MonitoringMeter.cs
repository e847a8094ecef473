using System.Diagnostics.Metrics;
using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Runs;

/// <summary>The figures of the last runs, for Prometheus.</summary>
internal sealed class MonitoringMeter : IDisposable
{
    private readonly Meter _meter = new("Slipway.Monitoring");
    private readonly Counter<long> _runs;
    private readonly Counter<long> _alerts;
    private readonly Counter<long> _decisions;
    private readonly Gauge<double> _values;
    private readonly Gauge<double> _crossed;

    public MonitoringMeter()
    {
        _runs = _meter.CreateCounter<long>("slipway.monitoring.runs", description: "Monitor runs by their outcome.");
        _alerts = _meter.CreateCounter<long>("slipway.monitoring.alerts", description: "Alerts raised and resolved.");
        _decisions = _meter.CreateCounter<long>("slipway.monitoring.retraining.decisions", description: "Decisions of retraining policies.");
        _values = _meter.CreateGauge<double>("slipway.monitoring.value", description: "A figure of the last run of a monitor.");
        _crossed = _meter.CreateGauge<double>("slipway.monitoring.crossed", description: "1 where the figure is worse than its limit.");
    }

    public void Ran(MonitorRun run)
    {
        _runs.Add(1, new("monitor", run.Monitor), new("status", run.Status));
        foreach (var metric in run.Metrics.Where(metric => !metric.TooFew))
        {
            KeyValuePair<string, object?>[] labels =
            [
                new("monitor", run.Monitor), new("signal", metric.Signal), new("feature", metric.Feature ?? ""), new("metric", metric.Metric),
                new("segment", metric.Segment ?? ""),
            ];
            if (metric.Value is { } value)
                _values.Record(value, labels);
            if (metric.Threshold is not null)
                _crossed.Record(metric.Crossed ? 1 : 0, labels);
        }
    }

    public void Alerted(Alert alert, string status) =>
        _alerts.Add(1, new("rule", alert.Rule), new("monitor", alert.Monitor), new("severity", alert.Severity), new("status", status));

    public void Decided(string policy, bool retrain) =>
        _decisions.Add(1, new("policy", policy), new("retrain", retrain ? "true" : "false"));

    public void Dispose() => _meter.Dispose();
}
