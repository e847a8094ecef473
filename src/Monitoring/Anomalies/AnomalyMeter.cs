using System.Diagnostics.Metrics;

namespace Slipway.Monitoring.Anomalies;

/// <summary>What detectors said last, for Prometheus.</summary>
internal sealed class AnomalyMeter : IDisposable
{
    private readonly Meter _meter = new("Slipway.Anomalies");
    private readonly Counter<long> _points;
    private readonly Gauge<int> _anomalous;

    public AnomalyMeter()
    {
        _points = _meter.CreateCounter<long>("slipway.anomaly.points", description: "Points that anomaly detectors judged.");
        _anomalous = _meter.CreateGauge<int>("slipway.anomaly.anomalous", description: "1 while a detector's series is anomalous.");
    }

    public void Judged(string detector, IReadOnlyList<Finding> findings)
    {
        foreach (var finding in findings)
        {
            _points.Add(1, new("detector", detector), new("violates", finding.Point.Violates switch { true => "true", false => "false", _ => "unknown" }));
            if (finding.Anomalous is { } anomalous)
                _anomalous.Record(anomalous ? 1 : 0, new("detector", detector), new("series", finding.Subject));
        }
    }

    public void Dispose() => _meter.Dispose();
}
