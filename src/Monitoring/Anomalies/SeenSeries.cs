using Slipway.Kernel;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Anomalies;

/// <summary>
/// The series of detectors as this server saw them last. What a detector learned holds until its next block of time begins: up to then
/// a look reads only what came since the one before.
/// </summary>
internal sealed class SeenSeries(SeriesReader series)
{
    private const int MostPoints = 2_000_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(WorkspaceName Workspace, string Detector), Seen> _seen = [];

    /// <param name="definition">As it was declared: another one has seen nothing.</param>
    /// <param name="window">From where on it has to be known, up to the newest point.</param>
    /// <param name="last">The last point that was judged; null: none was.</param>
    public async Task<IReadOnlyList<WatchedSeries>> ReadAsync(
        Caller caller, AnomalyDetector detector, string definition, TimeWindow window, DateTimeOffset? last, CancellationToken ct)
    {
        var block = window.To.UtcTicks / detector.Settings.Block.Ticks;
        var before = Find(caller.Workspace, detector.Name);
        if (before?.Definition != definition || before.Block != block || !(before.Until <= last))
            before = null;
        var came = await series.ReadAsync(caller, detector, window with { From = before?.Until ?? window.From }, ct);
        var all = before is null ? came : Join(before.Series, came);
        Keep(caller.Workspace, detector.Name, new Seen(definition, block, Until(came) ?? before?.Until ?? window.From, all));
        return all;
    }

    private Seen? Find(WorkspaceName workspace, string detector)
    {
        lock (_lock)
            return _seen.GetValueOrDefault((workspace, detector));
    }

    private void Keep(WorkspaceName workspace, string detector, Seen seen)
    {
        lock (_lock)
        {
            _seen.Remove((workspace, detector));
            if (_seen.Values.Sum(known => known.Points) + seen.Points > MostPoints)
                _seen.Clear();
            if (seen.Points <= MostPoints)
                _seen.Add((workspace, detector), seen.WithoutFigures());
        }
    }

    private static DateTimeOffset? Until(IReadOnlyList<WatchedSeries> came) =>
        came.Where(one => one.Points.Count > 0).Select(one => (DateTimeOffset?)one.Points[^1].At).Max();

    private static IReadOnlyList<WatchedSeries> Join(IReadOnlyList<WatchedSeries> before, IReadOnlyList<WatchedSeries> came)
    {
        var known = before.ToDictionary(one => one.Subject, StringComparer.Ordinal);
        foreach (var one in came)
        {
            known[one.Subject] = known.TryGetValue(one.Subject, out var same) ? one with { Points = [.. same.Points, .. one.Points], Memory = same.Memory } : one;
        }

        return [.. known.Values];
    }

    /// <param name="Block">The block of time in which the newest point lay.</param>
    /// <param name="Until">What came up to here is in the series.</param>
    private sealed record Seen(string Definition, long Block, DateTimeOffset Until, IReadOnlyList<WatchedSeries> Series)
    {
        public int Points => Series.Sum(one => one.Points.Count);

        /// <summary>A figure is wanted only of a point that is judged, which these are.</summary>
        public Seen WithoutFigures() => this with { Series = [.. Series.Select(one => one with { Figures = [] })] };
    }
}
