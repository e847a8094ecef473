using System.Diagnostics.Metrics;
using Slipway.Server.Metrics;
using Xunit;

namespace Slipway.Unit.Server;

public sealed class PrometheusTextTests : IDisposable
{
    private readonly Meter _meter = new("Slipway.Tests." + nameof(PrometheusTextTests));
    private readonly MetricsRegistry _registry = new();

    [Fact]
    public void A_counter_ends_in_total_and_its_labels_are_escaped()
    {
        var counter = _meter.CreateCounter<long>("slipway.tests.requests", description: "How many.");

        counter.Add(2, new KeyValuePair<string, object?>("path", "a\"b\\c\nd"));
        counter.Add(3, new KeyValuePair<string, object?>("path", "a\"b\\c\nd"));

        Assert.Equal(
            """
            # HELP slipway_tests_requests_total How many.
            # TYPE slipway_tests_requests_total counter
            slipway_tests_requests_total{path="a\"b\\c\nd"} 5

            """,
            Text(),
            ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void Labels_that_look_alike_are_one_series_whatever_their_type_was()
    {
        var counter = _meter.CreateCounter<long>("slipway.tests.answers");

        counter.Add(2, new KeyValuePair<string, object?>("status", 200));
        counter.Add(3, new KeyValuePair<string, object?>("status", "200"));

        Assert.Contains("slipway_tests_answers_total{status=\"200\"} 5\n", Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_measurement_with_labels_that_are_known_allocates_nothing()
    {
        var counter = _meter.CreateCounter<long>("slipway.tests.hot");
        var (path, method) = (new KeyValuePair<string, object?>("path", "/a"), new KeyValuePair<string, object?>("method", "POST"));
        counter.Add(1, path, method);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            counter.Add(1, path, method);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_histogram_has_cumulative_buckets_a_sum_and_a_count()
    {
        var histogram = _meter.CreateHistogram<double>(
            "slipway.tests.duration", "s", "How long.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });

        foreach (var value in new[] { 0.05, 0.1, 0.5, 2 })
            histogram.Record(value);

        Assert.Equal(
            """
            # HELP slipway_tests_duration_seconds How long.
            # TYPE slipway_tests_duration_seconds histogram
            slipway_tests_duration_seconds_bucket{le="0.1"} 2
            slipway_tests_duration_seconds_bucket{le="1"} 3
            slipway_tests_duration_seconds_bucket{le="+Inf"} 4
            slipway_tests_duration_seconds_sum 2.65
            slipway_tests_duration_seconds_count 4

            """,
            Text(),
            ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void A_gauge_shows_its_last_value()
    {
        var gauge = _meter.CreateGauge<double>("slipway.tests.share");

        gauge.Record(0.5);
        gauge.Record(0.25);

        Assert.Contains("slipway_tests_share 0.25\n", Text());
    }

    public void Dispose()
    {
        _registry.Dispose();
        _meter.Dispose();
    }

    private string Text() =>
        PrometheusText.Write(_registry.Collect().Where(series => series.Instrument.Meter.Name == _meter.Name));
}
