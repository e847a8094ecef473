using Slipway.Monitoring.Contracts;

namespace Slipway.Monitoring.Reports;

/// <summary>Every figure with its limit and verdict, a table for each signal.</summary>
internal static class FigureTables
{
    // Of a wide table the ones that crossed are in sight, and all others a click away.
    private const int MostInSight = 40;

    public static void Add(Html html, Report report)
    {
        if (report.Figures.Count == 0)
            return;
        html.Add($"<section><h2>Figures</h2>");
        foreach (var signal in report.Figures.GroupBy(figure => figure.Signal).OrderBy(signal => signal.Key, StringComparer.Ordinal))
        {
            var crossed = signal.Count(figure => figure.Crossed);
            var inSight = Math.Max(MostInSight, crossed);
            html.Add($"<h3>{signal.Key}</h3>");
            AddTable(html, signal.Take(inSight), signal.Key, report.Compared is not null);
            if (signal.Skip(inSight).ToList() is { Count: > 0 } rest)
            {
                html.Add($"<details><summary>{(long)rest.Count} more within their limits</summary>");
                AddTable(html, rest, signal.Key + ", the others", report.Compared is not null);
                html.Add($"</details>");
            }
        }

        html.Add($"</section>");
    }

    private static void AddTable(Html html, IEnumerable<Report.Figure> figures, string name, bool isCompared)
    {
        html.Add($"""<table class="figures" aria-label="Figures of {name}"><thead><tr><th>Feature</th><th>Segment</th><th>Figure</th>""");
        html.Add($"""<th class="n">Value</th><th class="n">Bounds</th><th class="n">Adjusted p</th><th class="n">Limit</th>""");
        if (isCompared)
            html.Add($"""<th class="n">Compared</th><th class="n">Change</th>""");
        html.Add($"<th>Verdict</th><th>Trend</th></tr></thead><tbody>");
        foreach (var figure in figures)
            AddRow(html, figure, isCompared);
        html.Add($"</tbody></table>");
    }

    private static void AddRow(Html html, Report.Figure figure, bool isCompared)
    {
        html.Add($"""<tr class="{(figure.Crossed ? "crossed" : "")}"><td>{figure.Feature}</td><td>{figure.Segment}</td><td>{figure.Name}</td>""");
        html.Add($"""<td class="n">{FigureText.Of(figure.Value)}</td><td class="n">{Bounds(figure)}</td>""");
        html.Add($"""<td class="n">{Known(figure.Adjusted)}</td><td class="n">{Known(figure.Threshold)}</td>""");
        if (isCompared)
            html.Add($"""<td class="n">{FigureText.Of(figure.Compared)}</td><td class="n">{FigureText.Change(figure.Change)}</td>""");
        html.Add($"""<td class="verdict">{figure.Verdict}</td><td>""");
        TrendCharts.AddSpark(html, figure);
        html.Add($"</td></tr>");
    }

    private static string Bounds(Report.Figure figure) => figure is { Low: { } low, High: { } high }
        ? $"{FigureText.Of(low)} to {FigureText.Of(high)} ({(figure.Bounds == MonitorMetric.Error ? "error bounds" : "95 %")})"
        : "";

    private static string Known(double? value) => value is null ? "" : FigureText.Of(value);
}
