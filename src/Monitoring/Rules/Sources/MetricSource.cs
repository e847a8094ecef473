using System.Globalization;
using Slipway.Kernel;
using Slipway.Serving.Contracts;
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
        var points = await PointsAsync(caller, value, value.Run is null && value.Window is null ? 1 : MostRuns, ct);
        return points.Count == 0 ? [] : FiguresAt(value, points, points.Count - 1, now);
    }

    public async Task<IReadOnlyList<Moment>> HistoryAsync(Caller caller, WatchedValue value, TimeWindow window, CancellationToken ct)
    {
        var points = await PointsAsync(caller, value, MostRuns, ct);
        return
        [
            .. points.Index().Where(point => point.Item.Time > window.From && point.Item.Time <= window.To)
                .Select(point => new Moment(point.Item.Time, FiguresAt(value, points, point.Index, point.Item.Time))),
        ];
    }

    /// <summary>In the order of time.</summary>
    private async Task<IReadOnlyList<(string Run, DateTimeOffset Time, double Value)>> PointsAsync(
        Caller caller, WatchedValue value, int most, CancellationToken ct)
    {
        if (value.Run is { } run)
        {
            var series = await tracking.SeriesAsync(caller, run, value.Metric, ct);
            return [.. series.Select(point => (run, point.Time, point.Value)).OrderBy(point => point.Time)];
        }

        var runs = await tracking.LastValuesAsync(caller, value.Experiment!, value.Metric, most, ct);
        return [.. runs.Select(last => (last.RunId, last.Point.Time, last.Point.Value)).OrderBy(point => point.Time)];
    }

    private static List<Figure> FiguresAt(
        WatchedValue value, IReadOnlyList<(string Run, DateTimeOffset Time, double Value)> points, int last, DateTimeOffset at)
    {
        var first = last;
        while (value.Window is { } length && first > 0 && points[first - 1].Time > at - length)
            first--;
        if (value.Window is { } window && points[last].Time <= at - window)
            return [];
        var within = Enumerable.Range(first, last - first + 1).Select(i => points[i].Value).ToList();
        var worth = Apply(value.Function, within);
        var labels = new Dictionary<string, string> { ["metric"] = value.Metric };
        labels[value.Run is null ? "experiment" : "run"] = value.Run ?? value.Experiment!;
        return
        [
            new Figure
            {
                Dimensions = new Dictionary<string, string>(),
                Labels = labels,
                Value = worth is { } number && double.IsFinite(number) ? number : null,
                From = points[first].Time,
                To = points[last].Time,
                Evidence = $"run:{points[last].Run}",
                Origin = string.Create(CultureInfo.InvariantCulture, $"{value.Function} of metric {value.Metric} ({within.Count} points) of run {points[last].Run} up to {points[last].Time.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}"),
            },
        ];
    }

    private static double? Apply(string function, List<double> values) => function switch
    {
        "mean" => values.Average(),
        "min" => values.Min(),
        "max" => values.Max(),
        "sum" => values.Sum(),
        "change" => values.Count < 2 ? null : values[^1] - values[0],
        _ => values[^1],
    };
}
