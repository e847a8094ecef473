using System.Diagnostics.Metrics;
using Slipway.Kernel.Metrics;

namespace Slipway.Server.Telemetry;

/// <summary>
/// Histograms that modules keep themselves, as counters: the API of metrics takes no counts that somebody else made. They have the names
/// and labels (<c>le</c>) that a scrape by Prometheus would give them.
/// </summary>
internal sealed class HistogramMeter : IDisposable
{
    public const string Name = "Histograms";

    private readonly Meter _meter = new(Name);

    public HistogramMeter(IEnumerable<IHistogramSource> sources)
    {
        foreach (var source in sources)
        {
            _meter.CreateObservableCounter($"{source.Name}_bucket", () => source.Read().SelectMany(Buckets), description: source.Description);
            _meter.CreateObservableCounter(
                $"{source.Name}_sum", () => source.Read().Select(series => new Measurement<double>(series.Sum, Tags(series))), description: source.Description);
            _meter.CreateObservableCounter(
                $"{source.Name}_count", () => source.Read().Select(series => new Measurement<long>(series.Count, Tags(series))), description: source.Description);
        }
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Buckets(HistogramSeries series)
    {
        for (var i = 0; i < series.Counts.Count; i++)
            yield return new Measurement<long>(series.Counts[i], [.. Tags(series), new("le", series.Bounds[i])]);
        yield return new Measurement<long>(series.Count, [.. Tags(series), new("le", double.PositiveInfinity)]);
    }

    private static IEnumerable<KeyValuePair<string, object?>> Tags(HistogramSeries series) =>
        series.Labels.Select(label => KeyValuePair.Create(label.Key, (object?)label.Value));
}
