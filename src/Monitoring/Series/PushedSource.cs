using Slipway.Kernel;
using Slipway.Monitoring.Rules;
using Slipway.Monitoring.Rules.Sources;
using Slipway.Security.Contracts;
using Slipway.Serving.Contracts;
using Slipway.Statistics.Anomalies;

namespace Slipway.Monitoring.Series;

/// <summary>Points that were pushed or scraped, of each series that has the name and the labels.</summary>
internal sealed class PushedSource(PushedStore pushed, IAccess access) : IAlertSource
{
    private const int MostPoints = 50_000;

    public string Name => "series";

    // It need not be there yet: points may come later than what looks at them.
    public Task CheckAsync(Caller caller, WatchedValue value, CancellationToken ct)
    {
        SeriesKey.Of(value.Series!, value.Labels);
        return Task.CompletedTask;
    }

    public async Task<IReadOnlyList<Figure>> LatestAsync(Caller caller, WatchedValue value, DateTimeOffset now, CancellationToken ct)
    {
        var figures = new List<Figure>();
        foreach (var series in await FindAsync(caller, value, ct))
        {
            var from = value.Window is { } window ? now - window : DateTimeOffset.UnixEpoch;
            var points = await PointsAsync(series, from, now, value.Window is null ? 1 : MostPoints, ct);
            if (points.Count > 0)
                figures.AddRange(FiguresAt(value, series, points, points.Count - 1, now));
        }

        return figures;
    }

    public async Task<IReadOnlyList<Moment>> HistoryAsync(Caller caller, WatchedValue value, TimeWindow window, TimeSpan every, CancellationToken ct)
    {
        var moments = new List<Moment>();
        foreach (var series in await FindAsync(caller, value, ct))
        {
            var points = await PointsAsync(series, window.From - (value.Window ?? TimeSpan.Zero), window.To, MostPoints, ct);
            for (var i = 0; i < points.Count; i++)
            {
                if (points[i].At > window.From && FiguresAt(value, series, points, i, points[i].At) is { Count: > 0 } figures)
                    moments.Add(new Moment(points[i].At, figures));
            }
        }

        return [.. moments.OrderBy(moment => moment.At)];
    }

    private async Task<IEnumerable<PushedSeries>> FindAsync(Caller caller, WatchedValue value, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"series:{value.Series}", ct);
        var found = await pushed.ListAsync(caller.Workspace, value.Series, ct);
        return found.Where(series => series.ReadLabels() is var own && (value.Labels ?? new Dictionary<string, string>()).All(wanted => own.GetValueOrDefault(wanted.Key) == wanted.Value));
    }

    private async Task<IReadOnlyList<SeriesPoint>> PointsAsync(PushedSeries series, DateTimeOffset from, DateTimeOffset to, int most, CancellationToken ct) =>
        [.. (await pushed.PointsAsync(series.Id, from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds(), most, ct)).Select(row => new SeriesPoint(row.At.ToTime(), row.Value))];

    private static List<Figure> FiguresAt(WatchedValue value, PushedSeries series, IReadOnlyList<SeriesPoint> points, int last, DateTimeOffset at)
    {
        var within = WindowFunction.Within(value, i => points[i].At, last, at);
        if (within.Count == 0)
            return [];
        var wanted = value.Labels ?? new Dictionary<string, string>();
        return
        [
            new Figure
            {
                Dimensions = series.ReadLabels().Where(label => !wanted.ContainsKey(label.Key)).ToDictionary(),
                Labels = new Dictionary<string, string>(wanted, StringComparer.Ordinal) { ["series"] = series.Name },
                Value = WindowFunction.Of(value.Function, [.. within.Select(i => points[i])]),
                From = points[within[0]].At,
                To = points[last].At,
                Evidence = $"series:{series.Name}",
                Origin = $"series {series.Name} ({value.Function} of {within.Count}) at {points[last].At.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}",
            },
        ];
    }
}
