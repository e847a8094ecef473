using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Slipway.Server.Metrics;

/// <summary>
/// Gathers the instruments of Slipway's meters, of the web server and of the runtime, for the Prometheus page. (No
/// Prometheus exporter package restores here, so this listens to the framework's own metrics API.)
/// </summary>
internal sealed class MetricsRegistry : IDisposable
{
    private static readonly string[] s_meters = ["Slipway", "Microsoft.AspNetCore.Hosting", "System.Runtime"];

    // Of the web server's other instruments: some of them are asked for each request.
    private static readonly string[] s_connections = ["kestrel.active_connections", "kestrel.rejected_connections"];

    private readonly ConcurrentDictionary<Instrument, InstrumentSeries> _instruments = new();
    private readonly MeterListener _listener = new();

    public MetricsRegistry()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (s_meters.Any(name => instrument.Meter.Name.StartsWith(name, StringComparison.Ordinal)) || s_connections.Contains(instrument.Name))
                listener.EnableMeasurementEvents(instrument, _instruments.GetOrAdd(instrument, i => new InstrumentSeries(i)));
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<int>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<double>((_, value, tags, state) => Record(state, value, tags));
        _listener.SetMeasurementEventCallback<float>((_, value, tags, state) => Record(state, value, tags));
        _listener.Start();
    }

    /// <summary>All series, after asking the observable instruments for their present values.</summary>
    public IReadOnlyList<InstrumentSeries> Collect()
    {
        _listener.RecordObservableInstruments();
        return [.. _instruments.Values.OrderBy(series => series.Instrument.Name, StringComparer.Ordinal)];
    }

    public void Dispose() => _listener.Dispose();

    private static void Record(object? state, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        ((InstrumentSeries)state!).Record(value, tags);
}
