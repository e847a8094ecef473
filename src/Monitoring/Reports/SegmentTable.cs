namespace Slipway.Monitoring.Reports;

/// <summary>The segments, the ones with most figures beyond limits first.</summary>
internal static class SegmentTable
{
    private const int MostTold = 5;

    public static void Add(Html html, Report report)
    {
        var segments = report.Figures
            .Where(figure => figure.Segment is not null)
            .GroupBy(figure => (figure.Signal, figure.Segment))
            .OrderByDescending(segment => segment.Count(figure => figure.Crossed))
            .ToList();
        if (segments.Count == 0)
            return;
        html.Add($"""<section><h2>Segments</h2><table aria-label="Segments"><thead><tr><th>Segment</th><th>Signal</th>""");
        html.Add($"""<th class="n">Figures</th><th class="n">Beyond limits</th><th>What</th></tr></thead><tbody>""");
        foreach (var segment in segments)
        {
            var crossed = segment.Where(figure => figure.Crossed).ToList();
            html.Add($"""<tr class="{(crossed.Count > 0 ? "crossed" : "")}"><td>{segment.Key.Segment}</td><td>{segment.Key.Signal}</td>""");
            html.Add($"""<td class="n">{(long)segment.Count()}</td><td class="n">{(long)crossed.Count}</td><td>{Told(segment, crossed)}</td></tr>""");
        }

        html.Add($"</tbody></table></section>");
    }

    private static string Told(IEnumerable<Report.Figure> segment, List<Report.Figure> crossed)
    {
        if (segment.FirstOrDefault(figure => figure.Verdict == "not enough data") is { } few)
            return $"{FigureText.Of(few.Value)} rows are too few to judge";
        var told = string.Join("; ", crossed.Take(MostTold).Select(figure =>
            $"{figure.Title} {FigureText.Of(figure.Adjusted ?? figure.Value)} (limit {FigureText.Of(figure.Threshold)})"));
        return crossed.Count > MostTold ? $"{told}; {crossed.Count - MostTold} more" : told;
    }
}
