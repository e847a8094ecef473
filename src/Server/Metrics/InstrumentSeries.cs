using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Slipway.Server.Metrics;

/// <summary>The series of one instrument, one for each combination of labels.</summary>
internal sealed class InstrumentSeries(Instrument instrument)
{
    // Seconds: from 0.1 ms to 30 s, for requests and steps alike.
    private static readonly double[] s_defaultBounds =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    // Tags in another order, or of another type, are another key of the same series.
    private const int MaxRemembered = 10_000;

    private readonly ConcurrentDictionary<string, Series> _byLabels = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], Series> _byTags = new(TagsComparer.Instance);
    private readonly double[] _bounds = Bounds(instrument);

    public Instrument Instrument { get; } = instrument;

    public bool IsHistogram { get; } = IsGeneric(instrument, typeof(Histogram<>));

    public bool IsCounter { get; } =
        IsGeneric(instrument, typeof(Counter<>)) || IsGeneric(instrument, typeof(ObservableCounter<>));

    private bool IsObserved => Instrument.IsObservable || IsGeneric(Instrument, typeof(Gauge<>));

    public IEnumerable<Series> All => _byLabels.Values.OrderBy(series => series.Labels, StringComparer.Ordinal);

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var known = _byTags.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
        if (!known.TryGetValue(tags, out var series))
        {
            series = _byLabels.GetOrAdd(LabelsOf(tags), text => new Series(text, IsHistogram ? _bounds : []));
            if (_byTags.Count < MaxRemembered)
                known[tags] = series;
        }

        series.Record(value, replace: IsObserved);
    }

    // name="value",… with the escapes of the text format.
    internal static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
            return "";
        var text = new StringBuilder();
        foreach (var (name, value) in tags)
        {
            if (text.Length > 0)
                text.Append(',');
            text.Append(PrometheusText.Name(name)).Append("=\"");
            var raw = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            text.Append(raw.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal)
                .Replace("\n", "\\n", StringComparison.Ordinal));
            text.Append('"');
        }

        return text.ToString();
    }

    private static double[] Bounds(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
        _ => s_defaultBounds,
    };

    private static bool IsGeneric(Instrument instrument, Type type) =>
        instrument.GetType() is { IsGenericType: true } actual && actual.GetGenericTypeDefinition() == type;

    /// <summary>One series: a value, or the buckets of a histogram.</summary>
    internal sealed class Series(string labels, double[] bounds)
    {
        private readonly Lock _lock = new();
        private readonly long[] _buckets = new long[bounds.Length];
        private double _sum;
        private long _count;

        public string Labels { get; } = labels;

        public double[] Bounds { get; } = bounds;

        public void Record(double value, bool replace)
        {
            lock (_lock)
            {
                _sum = replace ? value : _sum + value;
                _count++;
                for (var i = Bounds.Length - 1; i >= 0 && value <= Bounds[i]; i--)
                    _buckets[i]++;
            }
        }

        /// <summary>Cumulative bucket counts, sum (or the value), count.</summary>
        public (long[] Buckets, double Sum, long Count) Read()
        {
            lock (_lock)
                return ([.. _buckets], _sum, _count);
        }
    }
}
