using Slipway.Kernel;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.LoggedModels;
using Slipway.Tracking.Metrics;

namespace Slipway.Tracking.Runs;

/// <summary>What a log-batch request says; its metrics have numbers for the keys that are known.</summary>
internal sealed class BatchRequest
{
    private StoredPoint[] _points = [];
    private int _count;

    // Points whose key has no number yet: where they are, and their keys.
    private readonly List<(int Index, string Key)> _unnumbered = [];

    // Points that belong to a logged model too: where they are, and what they said.
    private readonly List<(int Index, MetricFields Metric)> _onModels = [];

    public string? RunId { get; set; }

    public List<KeyValue> Params { get; } = [];

    public List<KeyValue> Tags { get; set; } = [];

    public int MetricCount => _count;

    public void Add(long keyNo, double value, long time, long step)
    {
        if (_count == _points.Length)
            Array.Resize(ref _points, Math.Max(64, _count * 2));
        _points[_count++] = StoredPoint.Of(keyNo, value, time, step);
    }

    public void Add(string key, double value, long time, long step)
    {
        _unnumbered.Add((_count, key));
        Add(0, value, time, step);
    }

    public void Add(MetricFields metric, MetricKeys keys)
    {
        if (metric.ModelId is { Length: > 0 })
            _onModels.Add((_count, metric));
        if (keys.TryGet(metric.Key, out var number))
            Add(number, metric.Value, metric.Time, metric.Step);
        else
            Add(metric.Key, metric.Value, metric.Time, metric.Step);
    }

    public IReadOnlyList<NewModelPoint> ModelPoints(ReadOnlySpan<StoredPoint> numbered)
    {
        if (_onModels.Count == 0)
            return [];
        var points = new List<NewModelPoint>(_onModels.Count);
        foreach (var (index, metric) in _onModels)
            points.Add(metric.OnModel(numbered[index])!);
        return points;
    }

    /// <summary>The points, all numbered; gives numbers to keys that are new.</summary>
    public async ValueTask<ReadOnlyMemory<StoredPoint>> PointsAsync(MetricKeys keys, CancellationToken ct)
    {
        if (_unnumbered.Count > 0)
        {
            var numbers = await keys.GetAsync(_unnumbered.Select(entry => entry.Key).ToHashSet(StringComparer.Ordinal), ct);
            foreach (var (index, key) in _unnumbered)
                _points[index] = _points[index] with { KeyNo = numbers[key] };
        }

        return _points.AsMemory(0, _count);
    }

    /// <summary>The limits of a batch and what may not be there twice.</summary>
    public BatchRequest Checked()
    {
        DemandAtMost(MetricCount, BatchReader.MostMetrics, "metrics");
        DemandAtMost(Params.Count, BatchReader.MostTexts, "params");
        DemandAtMost(Tags.Count, BatchReader.MostTexts, "tags");
        var total = MetricCount + Params.Count + Tags.Count;
        DemandAtMost(total, BatchReader.MostMetrics, "metrics, params and tags together");
        var keys = new HashSet<string>(Params.Count, StringComparer.Ordinal);
        foreach (var param in Params)
        {
            if (!keys.Add(param.Key))
                throw SlipwayException.Invalid($"Duplicate parameter keys have been submitted: '{param.Key}'. Send each once.");
        }

        Tags = RunTags.Checked(Tags);
        return this;
    }

    private static void DemandAtMost(int count, int most, string what)
    {
        if (count > most)
        {
            throw SlipwayException.Invalid(
                $"A batch logging request can contain at most {most} {what}. Got {count} {what}. Please split up {what} across multiple requests.");
        }
    }
}
