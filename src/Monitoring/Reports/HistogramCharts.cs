namespace Slipway.Monitoring.Reports;

/// <summary>How the columns were distributed: a bar for the reference and one for the window in each bin, the most different column first.</summary>
internal static class HistogramCharts
{
    private const int MostCharts = 60;
    private const int MostBins = 16;
    private const double Labels = 116;
    private const double Bars = 190;
    private const double Bar = 7;
    private const double Gap = 6;
    private const double Width = Labels + Bars + 50;

    public static void Add(Html html, Report report)
    {
        if (report.Histograms.Count == 0)
            return;
        var isCompared = report.Histograms.Any(histogram => histogram.BetweenWindows is not null);
        html.Add($"<section><h2>Distributions</h2>");
        html.Add($"""<p class="legend"><span class="reference">reference</span> <span class="current">{ReportPage.Window(report.Run)}</span>""");
        if (isCompared)
            html.Add($"""<span class="compared">{ReportPage.Window(report.Compared!)}</span>""");
        html.Add($"""</p><div class="charts">""");
        foreach (var histogram in report.Histograms.OrderByDescending(histogram => histogram.Distance).Take(MostCharts))
            AddChart(html, histogram);
        html.Add($"</div>");
        if (report.Histograms.Count > MostCharts)
            html.Add($"<p>The {(long)(report.Histograms.Count - MostCharts)} columns that differ least are in the JSON of this report.</p>");
        html.Add($"</section>");
    }

    private static void AddChart(Html html, Report.Histogram histogram)
    {
        var bins = Bins(histogram);
        List<(string Kind, Func<Report.Bin, long?> Count, long Rows)> sides =
        [
            ("reference", bin => bin.Reference, histogram.ReferenceRows),
            ("current", bin => bin.Rows, histogram.Rows),
        ];
        if (histogram.BetweenWindows is not null)
            sides.Add(("compared", bin => bin.Compared, histogram.ComparedRows!.Value));

        var greatest = sides.SelectMany(side => bins.Select(bin => Share(side.Count(bin), side.Rows))).Append(0).Max();
        var step = (sides.Count * Bar) + Gap;
        html.Add($"<figure><figcaption><b>{histogram.Feature}</b> <small>{histogram.Signal}</small><br>{Told(histogram)}</figcaption>");
        html.Add($"""<svg viewBox="0 0 {Width} {bins.Count * step}" role="img" aria-label="Distribution of {histogram.Feature}">""");
        foreach (var (place, bin) in bins.Index())
        {
            html.Add($"""<text x="{Labels - 6}" y="{(place * step) + ((step - Gap) / 2) + 3.5}" text-anchor="end">{Short(bin.Name)}<title>{bin.Name}</title></text>""");
            foreach (var (row, side) in sides.Index())
            {
                var share = Share(side.Count(bin), side.Rows);
                var (y, length) = ((place * step) + (row * Bar), greatest == 0 ? 0 : share / greatest * Bars);
                html.Add($"""<rect class="{side.Kind}" x="{Labels}" y="{y}" width="{length}" height="{Bar - 1}"><title>{side.Kind}: {side.Count(bin) ?? 0} rows, {FigureText.Share(share)}</title></rect>""");
                html.Add($"""<text class="share" x="{Labels + length + 3}" y="{y + Bar - 1.2}">{FigureText.Share(share)}</text>""");
            }
        }

        html.Add($"</svg></figure>");
    }

    // Bins that nobody is in say nothing; of many categories the greatest are shown.
    private static List<Report.Bin> Bins(Report.Histogram histogram)
    {
        var bins = histogram.Bins.Where(bin => bin.Reference + bin.Rows + (bin.Compared ?? 0) > 0).ToList();
        if (bins.Count <= MostBins)
            return bins;
        var ordered = bins.OrderByDescending(bin => Share(bin.Reference, histogram.ReferenceRows) + Share(bin.Rows, histogram.Rows)).ToList();
        var rest = ordered.Skip(MostBins - 1).ToList();
        return
        [
            .. ordered.Take(MostBins - 1),
            new Report.Bin($"{rest.Count} more", null, null, rest.Sum(bin => bin.Reference), rest.Sum(bin => bin.Rows), rest.Sum(bin => bin.Compared)),
        ];
    }

    private static string Told(Report.Histogram histogram) =>
        $"Jensen-Shannon distance {FigureText.Of(histogram.Distance)}"
        + (histogram.ComparedDistance is null ? "" : $", in the other window {FigureText.Of(histogram.ComparedDistance)}")
        + (histogram.BetweenWindows is null ? "" : $", between the windows {FigureText.Of(histogram.BetweenWindows)}");

    private static double Share(long? count, long rows) => rows == 0 ? 0 : (double)(count ?? 0) / rows;

    private static string Short(string name) => name.Length <= 20 ? name : name[..19] + "…";
}
