using System.Globalization;
using Slipway.Monitoring.Runs;
using Slipway.Serving.Contracts;

namespace Slipway.Monitoring.Reports;

/// <summary>A report as one page that needs nothing else: no scripts, no pictures, no network.</summary>
internal static class ReportPage
{
    private const string StyleName = "report.css";

    private static readonly string s_style = ReadStyle();

    public static string Render(Report report)
    {
        var html = new Html();
        var title = $"{report.Run.Monitor}: {Window(report.Run)}";
        html.Add($"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">""");
        html.Add($"<title>{title}</title>");
        html.AddStyle(s_style);
        html.Add($"</head><body><header><p>Monitoring report</p><h1>{report.Run.Monitor}</h1></header><main>");
        AddRuns(html, report);
        AddSignals(html, report);
        TrendCharts.Add(html, report);
        HistogramCharts.Add(html, report);
        SegmentTable.Add(html, report);
        FigureTables.Add(html, report);
        html.Add($"</main><footer>Run {report.Run.Id}, measured {Time(report.Run.EndedAt)} by {report.Run.StartedBy}.</footer></body></html>");
        return html.ToString();
    }

    public static string Window(Report.OfRun run) => WindowText.Of(new TimeWindow(run.From, run.To));

    private static void AddRuns(Html html, Report report)
    {
        html.Add($"""<section><table class="facts"><thead><tr><td></td><th scope="col">this window</th>""");
        if (report.Compared is not null)
            html.Add($"""<th scope="col">compared with</th>""");
        html.Add($"</tr></thead><tbody>");
        AddFact(html, report, "Window", Window);
        AddFact(html, report, "Endpoint", run => run.Endpoint);
        AddFact(html, report, "Model", run => run.Model is null ? "–" : $"{run.Model} version {run.ModelVersion}");
        AddFact(html, report, "Rows", run => FigureText.Of(run.Rows));
        AddFact(html, report, "Labelled", run => FigureText.Of(run.Labelled));
        AddFact(html, report, "Beyond limits", run => run.Status == "NoData" ? "no data" : FigureText.Of(run.Crossed));
        AddFact(html, report, "Found", run => run.Message ?? "nothing to tell");
        html.Add($"</tbody></table></section>");
    }

    private static void AddFact(Html html, Report report, string name, Func<Report.OfRun, string> value)
    {
        html.Add($"""<tr><th scope="row">{name}</th><td>{value(report.Run)}</td>""");
        if (report.Compared is { } compared)
            html.Add($"<td>{value(compared)}</td>");
        html.Add($"</tr>");
    }

    private static void AddSignals(Html html, Report report)
    {
        if (report.Figures.Count == 0)
            return;
        html.Add($"""<section class="cards">""");
        foreach (var signal in report.Figures.GroupBy(figure => figure.Signal).OrderBy(signal => signal.Key, StringComparer.Ordinal))
        {
            var crossed = signal.Count(figure => figure.Crossed);
            var state = crossed > 0 ? "crossed" : signal.Any(figure => figure.Verdict == "ok") ? "ok" : "quiet";
            html.Add($"""<div class="card {state}"><h3>{signal.Key}</h3><p><b>{(long)crossed}</b> of {(long)signal.Count()} figures beyond limits</p></div>""");
        }

        html.Add($"</section>");
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string ReadStyle()
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream(StyleName)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
