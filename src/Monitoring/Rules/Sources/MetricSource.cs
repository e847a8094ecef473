using System.Globalization;
using Slipway.Kernel;
using Slipway.Serving.Contracts;
using Slipway.Statistics.Anomalies;
using Slipway.Tracking.Contracts;

namespace Slipway.Monitoring.Rules.Sources;

/// <summary>A metric that somebody logs: the series of a run, or the last value in each run of an experiment.</summary>
internal sealed class MetricSource(ITracking tracking) : IAlertSource
{
    private const int MostRuns = 5000;

    public string Name => "metric";

    public async Task CheckAsync(Caller caller, WatchedValue value, CancellationToken ct)
    {
        if (value.Run is { } run && await tracking.FindRunAsync(caller, run, ct) is null)
            throw SlipwayException.NotFound("Run", run);
    }

    public async Task<IReadOnlyList<Figure>> LatestAsync(Caller caller, WatchedValue value, DateTimeOffset now, CancellationToken ct)
    {
        var points = value.Window is { } window ? await PointsAsync(caller, value, now - window, ct) : await LastAsync(caller, value, ct);
        return points.Count == 0 || points[^1].Time <= now - value.Window ? [] : FiguresAt(value, points, points.Count - 1);
    }

    public async Task<IReadOnlyList<Moment>> HistoryAsync(Caller caller, WatchedValue value, TimeWindow window, TimeSpan every, CancellationToken ct)
    {
        var points = await PointsAsync(caller, value, window.From - (value.Window ?? TimeSpan.Zero), ct);
        return
        [
            .. points.Index().Where(point => point.Item.Time > window.From && point.Item.Time <= window.To)
                .Select(point => new Moment(point.Item.Time, FiguresAt(value, points, point.Index))),
        ];
    }

    // A series may have millions of points; without a window only the last one is wanted.
    private async Task<IReadOnlyList<(string Run, DateTimeOffset Time, double Value)>> LastAsync(Caller caller, WatchedValue value, CancellationToken ct)
    {
        if (value.Run is not { } run)
            return [.. (await tracking.LastValuesAsync(caller, value.Experiment!, value.Metric, 1, ct)).Select(last => (last.RunId, last.Point.Time, last.Point.Value))];
        return await tracking.LastValueAsync(caller, run, value.Metric, ct) is { } point ? [(run, point.Time, point.Value)] : [];
    }

    /// <summary>In the order of time.</summary>
    private async Task<IReadOnlyList<(string Run, DateTimeOffset Time, double Value)>> PointsAsync(
        Caller caller, WatchedValue value, DateTimeOffset after, CancellationToken ct)
    {
        if (value.Run is { } run)
        {
            var series = await tracking.SeriesAsync(caller, run, value.Metric, after, ct);
            return [.. series.Select(point => (run, point.Time, point.Value)).OrderBy(point => point.Time)];
        }

        var runs = await tracking.LastValuesAsync(caller, value.Experiment!, value.Metric, MostRuns, ct);
        return [.. runs.Select(last => (last.RunId, last.Point.Time, last.Point.Value)).OrderBy(point => point.Time)];
    }

    private static List<Figure> FiguresAt(
        WatchedValue value, IReadOnlyList<(string Run, DateTimeOffset Time, double Value)> points, int last)
    {
        var within = WindowFunction.Within(value, i => points[i].Time, last, points[last].Time);
        var worth = WindowFunction.Of(value.Function, [.. within.Select(i => new SeriesPoint(points[i].Time, points[i].Value))]);
        var labels = new Dictionary<string, string> { ["metric"] = value.Metric };
        labels[value.Run is null ? "experiment" : "run"] = value.Run ?? value.Experiment!;
        return
        [
            new Figure
            {
                Dimensions = new Dictionary<string, string>(),
                Labels = labels,
                Value = worth is { } number && double.IsFinite(number) ? number : null,
                From = points[within[0]].Time,
                To = points[last].Time,
                Evidence = $"run:{points[last].Run}",
                Origin = string.Create(CultureInfo.InvariantCulture, $"metric {value.Metric} ({value.Function} of {within.Count}) of run {points[last].Run} at {points[last].Time.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}"),
            },
        ];
    }
}
