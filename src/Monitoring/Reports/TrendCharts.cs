namespace Slipway.Monitoring.Reports;

/// <summary>Figures over the windows up to this one: the whole answers, and every input that crossed a limit.</summary>
internal static class TrendCharts
{
    private const int MostCharts = 24;
    private const double Width = 320;
    private const double Height = 110;

    public static void Add(Html html, Report report)
    {
        var charts = report.Figures
            .Where(figure => figure.Segment is null && (figure.Feature is null || figure.Crossed) && Points(figure).Count > 1)
            .Take(MostCharts)
            .ToList();
        if (charts.Count == 0)
            return;
        html.Add($"""<section><h2>Trends</h2><p class="legend">Windows up to this one. Dashed: the limit. Shaded: the 95 % interval, or, of figures from profiles, their error bounds.</p><div class="charts">""");
        foreach (var figure in charts)
            AddChart(html, figure);
        html.Add($"</div></section>");
    }

    /// <summary>The figure's course in the line of a table.</summary>
    public static void AddSpark(Html html, Report.Figure figure)
    {
        var points = Points(figure);
        if (points.Count < 2)
            return;
        var scale = new Scale(points.Select(point => point.Value!.Value), points.Count, 80, 16, 2);
        html.Add($"""<svg class="spark" viewBox="0 0 84 20" aria-hidden="true"><path class="line" d="{scale.Line(points)}"/></svg>""");
    }

    private static void AddChart(Html html, Report.Figure figure)
    {
        var points = Points(figure);
        IEnumerable<double?> seen = [.. points.Select(point => point.Value), .. points.Select(point => point.Low), .. points.Select(point => point.High), figure.Threshold];
        var scale = new Scale(seen.OfType<double>(), points.Count, Width - 56, Height - 20, 10);
        html.Add($"<figure><figcaption><b>{figure.Title}</b> <small>{figure.Signal}</small></figcaption>");
        html.Add($"""<svg viewBox="0 0 {Width} {Height + 14}" role="img" aria-label="Trend of {figure.Title}">""");
        if (points.TrueForAll(point => point is { Low: not null, High: not null }))
            html.Add($"""<path class="band" d="{scale.Band(points)}"/>""");
        if (figure.Threshold is { } limit)
            html.Add($"""<line class="limit" x1="0" x2="{Width - 40}" y1="{scale.Y(limit)}" y2="{scale.Y(limit)}"/><text x="{Width - 38}" y="{scale.Y(limit) + 3}">{FigureText.Of(limit)}</text>""");
        html.Add($"""<path class="line" d="{scale.Line(points)}"/>""");
        foreach (var (place, point) in points.Index())
        {
            html.Add($"""<circle class="{(point.Crossed ? "crossed" : "")}" cx="{scale.X(place)}" cy="{scale.Y(point.Value!.Value)}" r="3"><title>{Date(point.From)} to {Date(point.To)}: {FigureText.Of(point.Value)}</title></circle>""");
        }

        html.Add($"""<text x="{scale.X(points.Count - 1) - 4}" y="{Math.Max(9, scale.Y(points[^1].Value!.Value) - 7)}" text-anchor="end" class="last">{FigureText.Of(points[^1].Value)}</text>""");
        html.Add($"""<text x="0" y="{Height + 10}">{Date(points[0].From)}</text><text x="{Width - 46}" y="{Height + 10}" text-anchor="end">{Date(points[^1].To)}</text></svg></figure>""");
    }

    private static List<Report.Point> Points(Report.Figure figure) => [.. figure.Trend.Where(point => point.Value is not null)];

    private static string Date(DateTimeOffset time) => $"{time.UtcDateTime:yyyy-MM-dd}";
}
