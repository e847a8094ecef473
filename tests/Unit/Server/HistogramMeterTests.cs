using System.Diagnostics.Metrics;
using Slipway.Kernel.Metrics;
using Slipway.Server.Telemetry;
using Xunit;

namespace Slipway.Unit.Server;

public sealed class HistogramMeterTests
{
    [Fact]
    public void A_histogram_of_a_module_is_told_as_the_counters_that_a_scrape_gives()
    {
        var told = new List<string>();
        using var meter = new HistogramMeter([new Latency()]);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Meter.Name == HistogramMeter.Name && instrument.Name.StartsWith("latency", StringComparison.Ordinal))
                    listening.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => told.Add($"{instrument.Name} {Text(tags)} {value}"));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => told.Add($"{instrument.Name} {Text(tags)} {value}"));
        listener.Start();

        listener.RecordObservableInstruments();

        Assert.Equal(
            [
                "latency_bucket endpoint=flights le=0.1 3",
                "latency_bucket endpoint=flights le=0.5 4",
                "latency_bucket endpoint=flights le=Infinity 6",
                "latency_sum endpoint=flights 2.5",
                "latency_count endpoint=flights 6",
            ],
            told);
    }

    private static string Text(ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        string.Join(' ', tags.ToArray().Select(tag => FormattableString.Invariant($"{tag.Key}={tag.Value}")));

    private sealed class Latency : IHistogramSource
    {
        public string Name => "latency";

        public string Description => "How long answers took.";

        public IEnumerable<HistogramSeries> Read() =>
            [new HistogramSeries([KeyValuePair.Create("endpoint", "flights")], [0.1, 0.5], [3, 4], 2.5, 6)];
    }
}
