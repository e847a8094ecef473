using System.Diagnostics.Metrics;
using Slipway.Kernel.Metrics;
using Slipway.Server.Metrics;

namespace Slipway.Server.Telemetry;

/// <summary>The modules' gauges as instruments, for who exports these: what was read last, for an instrument cannot wait for a database.</summary>
internal sealed class GaugeMeter : IDisposable
{
    public const string Name = "Gauges";

    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(10);

    private readonly Meter _meter = new(Name);
    private readonly GaugeReader _gauges;
    private readonly ITimer _timer;
    private ILookup<string, GaugeReading> _last = Array.Empty<GaugeReading>().ToLookup(reading => reading.Gauge);

    public GaugeMeter(GaugeReader gauges, TimeProvider time)
    {
        _gauges = gauges;
        foreach (var gauge in gauges.Gauges)
            _meter.CreateObservableGauge(gauge.Name, () => _last[gauge.Name].Select(Measured), description: gauge.Description);
        _timer = time.CreateTimer(_ => _ = ReadAsync(), null, TimeSpan.Zero, s_period);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _meter.Dispose();
    }

    private async Task ReadAsync() => _last = await _gauges.ReadAsync(CancellationToken.None);

    private static Measurement<double> Measured(GaugeReading reading) =>
        new(reading.Value, reading.Labels.Select(label => KeyValuePair.Create(label.Key, (object?)label.Value)));
}
