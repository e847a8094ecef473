using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel.Metrics;

namespace Slipway.Server.Metrics;

/// <summary>
/// GET /metrics in the Prometheus text format 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
/// </summary>
internal static class PrometheusText
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/metrics", async (MetricsRegistry registry, [FromServices] IEnumerable<IHistogramSource> histograms, GaugeReader gauges, CancellationToken ct) =>
            TypedResults.Text(
                Write(registry.Collect()) + Write(histograms) + Write(gauges.Gauges, await gauges.ReadAsync(ct)), "text/plain; version=0.0.4; charset=utf-8"))
        .ExcludeFromDescription();

    /// <summary>A legal metric or label name: dots and dashes become underscores.</summary>
    public static string Name(string name) =>
        string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or ':' ? c : '_'));

    internal static string Write(IEnumerable<InstrumentSeries> instruments)
    {
        var text = new StringBuilder();
        foreach (var named in instruments.Where(instrument => instrument.All.Any()).GroupBy(FullName))
            Write(text, named.Key, named.First(), named.SelectMany(instrument => instrument.All).DistinctBy(series => series.Labels));

        return text.ToString();
    }

    internal static string Write(IEnumerable<IHistogramSource> histograms)
    {
        var text = new StringBuilder();
        foreach (var histogram in histograms)
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {histogram.Name} {histogram.Description}\n# TYPE {histogram.Name} histogram\n");
            foreach (var series in histogram.Read())
                Write(text, histogram.Name, LabelsOf(series.Labels), series.Bounds, series.Counts, series.Sum, series.Count);
        }

        return text.ToString();
    }

    internal static string Write(IEnumerable<GaugeName> gauges, ILookup<string, GaugeReading> readings)
    {
        var text = new StringBuilder();
        foreach (var gauge in gauges.Where(gauge => readings.Contains(gauge.Name)))
        {
            text.Append(CultureInfo.InvariantCulture, $"# HELP {gauge.Name} {gauge.Description}\n# TYPE {gauge.Name} gauge\n");

            // Labels that were cut may have become the same.
            foreach (var (labels, value) in readings[gauge.Name].Select(one => (Braces(LabelsOf(one.Labels)), one.Value)).DistinctBy(one => one.Item1))
                text.Append(gauge.Name).Append(labels).Append(' ').Append(Number(value)).Append('\n');
        }

        return text.ToString();
    }

    private static string LabelsOf(IEnumerable<KeyValuePair<string, string>> labels) =>
        InstrumentSeries.LabelsOf([.. labels.Select(label => KeyValuePair.Create(label.Key, (object?)label.Value))]);

    // Two servers in one process have instruments of the same name.
    private static void Write(StringBuilder text, string name, InstrumentSeries instrument, IEnumerable<InstrumentSeries.Series> all)
    {
        var type = instrument.IsHistogram ? "histogram" : instrument.IsCounter ? "counter" : "gauge";
        var help = (instrument.Instrument.Description ?? instrument.Instrument.Name).Replace("\n", " ", StringComparison.Ordinal);
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");
        foreach (var series in all)
        {
            var (buckets, sum, count) = series.Read();
            if (!instrument.IsHistogram)
            {
                text.Append(name).Append(Braces(series.Labels)).Append(' ').Append(Number(sum)).Append('\n');
                continue;
            }

            Write(text, name, series.Labels, series.Bounds, buckets, sum, count);
        }
    }

    private static void Write(
        StringBuilder text, string name, string labels, IReadOnlyList<double> bounds, IReadOnlyList<long> buckets, double sum, long count)
    {
        for (var i = 0; i < buckets.Count; i++)
            Bucket(text, name, labels, Number(bounds[i]), buckets[i]);
        Bucket(text, name, labels, "+Inf", count);
        text.Append(name).Append("_sum").Append(Braces(labels)).Append(' ').Append(Number(sum)).Append('\n');
        text.Append(name).Append("_count").Append(Braces(labels)).Append(' ').Append(count).Append('\n');
    }

    // slipway.serving.requests in unit s → slipway_serving_requests_seconds; counters end in _total.
    private static string FullName(InstrumentSeries instrument)
    {
        var name = Name(instrument.Instrument.Name);
        var unit = instrument.Instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" };
        if (unit.Length > 0 && !name.EndsWith(unit, StringComparison.Ordinal))
            name += unit;
        // "_count" is kept for histograms; promtool refuses it elsewhere.
        if (!instrument.IsHistogram && name.EndsWith("_count", StringComparison.Ordinal))
            name = name[..^"_count".Length];
        return instrument.IsCounter && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    private static void Bucket(StringBuilder text, string name, string labels, string bound, long count) =>
        text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels}{(labels.Length > 0 ? "," : "")}le=\"{bound}\"}} {count}\n");

    private static string Braces(string labels) => labels.Length > 0 ? "{" + labels + "}" : "";

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
