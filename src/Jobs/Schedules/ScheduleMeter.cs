using System.Diagnostics.Metrics;

namespace Slipway.Jobs.Schedules;

/// <summary>What became of occurrences, for Prometheus.</summary>
internal sealed class ScheduleMeter : IDisposable
{
    private readonly Meter _meter = new("Slipway.Jobs");
    private readonly Counter<long> _firings;

    public ScheduleMeter() =>
        _firings = _meter.CreateCounter<long>("slipway.schedules.firings", description: "Occurrences of schedules by what became of them.");

    public void Ended(Schedule schedule, Firing firing) =>
        _firings.Add(1, new("schedule", schedule.Name), new("cause", firing.Cause), new("state", firing.State));

    public void Dispose() => _meter.Dispose();
}
