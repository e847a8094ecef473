using Slipway.Kernel;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Rules;
using Slipway.Monitoring.Rules.Sources;
using Slipway.Serving.Contracts;
using Slipway.Statistics.Anomalies;

namespace Slipway.Monitoring.Anomalies;

/// <summary>One of the series that a detector looks at.</summary>
/// <param name="Subject">What tells it apart: "host=a".</param>
/// <param name="Figures">For each of the last points, those that were not judged yet at least, the last figure that it stands for.</param>
internal sealed record WatchedSeries(string Subject, IReadOnlyList<SeriesPoint> Points, IReadOnlyList<Figure> Figures)
{
    /// <summary>What was learned of it, for the next look.</summary>
    public BlockMemory Memory { get; init; } = new();

    /// <summary>Of what a source kept, in whole stretches if the detector gathers points, each at the end of its stretch.</summary>
    public static IReadOnlyList<WatchedSeries> Of(AnomalyDetector detector, IReadOnlyList<Moment> moments, DateTimeOffset now) =>
    [
        .. moments.SelectMany(moment => moment.Figures)
            .Where(figure => figure.Value is { } value && double.IsFinite(value))
            .GroupBy(figure => Condition.SubjectOf(figure.Dimensions), StringComparer.Ordinal)
            .Select(group => Gather(detector, group.Key, [.. group.GroupBy(figure => figure.To).Select(same => same.Last()).OrderBy(figure => figure.To)], now)),
    ];

    /// <summary>What the detector says of the points from a time on, or of the last ones that its count of violations needs.</summary>
    public IEnumerable<Finding> Judge(AnomalyDetector detector, DateTimeOffset? from)
    {
        if (Points.Count == 0)
            yield break;
        var window = detector.Violations.Of;
        var first = from is { } time ? Points.TakeWhile(point => point.At < time).Count() : Math.Max(0, Points.Count - window);
        var before = Math.Max(0, first - window + 1);
        var judged = first == Points.Count ? [] : detector.Policy.Judge(Points, detector.Settings, Points[before].At, Memory);
        for (var i = first; i < Points.Count; i++)
        {
            var point = judged[i - before];
            var violations = judged.Skip(Math.Max(0, i - before - window + 1)).Take(Math.Min(window, i - before + 1)).Count(known => known.Violates == true);
            bool? anomalous = violations >= detector.Violations.Count ? true : point.Violates is null ? null : false;
            yield return new Finding(point, violations, anomalous, Figures[i - Points.Count + Figures.Count]);
        }
    }

    private static WatchedSeries Gather(AnomalyDetector detector, string subject, IReadOnlyList<Figure> figures, DateTimeOffset now)
    {
        if (detector.Settings.Every is not { } every)
            return new WatchedSeries(subject, [.. figures.Select(figure => new SeriesPoint(figure.To, figure.Value!.Value))], figures);
        var stretches = figures.GroupBy(figure => End(figure.To, every)).Where(group => group.Key <= now).ToList();
        return new WatchedSeries(
            subject,
            [.. stretches.Select(group => new SeriesPoint(group.Key, Apply(detector.Aggregate, [.. group.Select(figure => figure.Value!.Value)])))],
            [.. stretches.Select(group => group.Last())]);
    }

    // What stands at the end of a stretch tells what was before it.
    private static DateTimeOffset End(DateTimeOffset at, TimeSpan every) =>
        new((at.UtcTicks + every.Ticks - 1) / every.Ticks * every.Ticks, TimeSpan.Zero);

    private static double Apply(string aggregate, IReadOnlyList<double> values) => aggregate switch
    {
        "min" => values.Min(),
        "max" => values.Max(),
        "sum" => values.Sum(),
        "count" => values.Count,
        "last" => values[^1],
        _ => values.Average(),
    };
}

/// <summary>Reads what detectors look at.</summary>
internal sealed class SeriesReader(Policies<IAlertSource> sources, TimeProvider time)
{
    public Task CheckAsync(Caller caller, AnomalyDetector detector, CancellationToken ct) => Source(detector).CheckAsync(caller, detector.Series, ct);

    /// <summary>The time of the newest figure; null when there is none.</summary>
    public async Task<DateTimeOffset?> NewestAsync(Caller caller, AnomalyDetector detector, CancellationToken ct) =>
        await Source(detector).LatestAsync(caller, detector.Series, time.GetUtcNow(), ct) is { Count: > 0 } figures ? figures.Max(figure => figure.To) : null;

    public async Task<IReadOnlyList<WatchedSeries>> ReadAsync(Caller caller, AnomalyDetector detector, TimeWindow window, CancellationToken ct) =>
        WatchedSeries.Of(
            detector, await Source(detector).HistoryAsync(caller, detector.Series, window, detector.Settings.Every ?? TimeSpan.MaxValue, ct), time.GetUtcNow());

    private IAlertSource Source(AnomalyDetector detector) => sources.Get("type of series", detector.Series.Type);
}
