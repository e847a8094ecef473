using System.Globalization;
using System.Net;
using System.Text;
using Slipway.Lake.Contracts;
using Slipway.Statistics.Profiles;

namespace Slipway.Lake.Profiles;

/// <summary>A profile as one HTML page that needs nothing else: no script, no file, no network.</summary>
internal static class ProfilePage
{
    private const string Style =
        """
        body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1f24;background:#fff}
        h1{font-size:1.5rem}h2{font-size:1.1rem;margin:0 0 .4rem}h2 small,p{color:#57606a;font-weight:normal}
        section{border-top:1px solid #d0d7de;padding:1rem 0;display:grid;grid-template-columns:1fr 1fr 1fr;gap:1.5rem}
        section h2{grid-column:1/-1}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.1rem .6rem .1rem 0;vertical-align:top}
        td+td{text-align:right;font-variant-numeric:tabular-nums}th{font-weight:normal;color:#57606a}td{overflow-wrap:anywhere}
        svg{width:100%;height:120px}rect{fill:#2563ab}figcaption{display:flex;justify-content:space-between;color:#57606a}figure{margin:0}
        @media(max-width:50rem){section{grid-template-columns:1fr}}
        @media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}section{border-color:#30363d}rect{fill:#6cb2ff}}
        """;

    public static string Write(DataVersion version, TableProfile profile)
    {
        var title = Encoded($"{version.Name}:{version.Version}");
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"""
            <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>Profile of {title}</title><style>{Style}</style></head><body>
            <h1>{title}</h1><p>{CellText.Count(profile.Rows)} rows, {profile.Columns.Count} columns · {Encoded(version.Tree.ToString())}</p>

            """);
        foreach (var column in profile.Columns)
            Column(page, new ColumnSummary(column));
        return page.Append("</body></html>\n").ToString();
    }

    private static void Column(StringBuilder page, ColumnSummary summary)
    {
        var column = summary.Column;
        page.Append("<section><h2>").Append(Encoded(column.Name)).Append(" <small>").Append(Encoded(column.Type)).Append("</small></h2>");
        page.Append("<table>");
        Row(page, "Nulls", $"{CellText.Count(column.Nulls)} ({CellText.Share(column.Nulls, column.Count)})");
        if (column.NotFinite > 0)
            Row(page, "Not finite", CellText.Count(column.NotFinite));
        Row(page, "Distinct", summary.Distinct);
        if (column.Moments.Count > 0)
            Numbers(page, summary);
        page.Append("</table><table>");
        foreach (var value in summary.Top)
            Row(page, CellText.Top(column.Kind, value), $"{CellText.Count(value.Count)} ({CellText.Share(value.Count, column.Count)})");
        page.Append("</table>");
        if (summary.Histogram is { } histogram)
            Histogram(page, summary, histogram);
        page.Append("</section>\n");
    }

    private static void Numbers(StringBuilder page, ColumnSummary summary)
    {
        var (kind, moments) = (summary.NumberKind, summary.Column.Moments);
        var of = summary.IsOfLengths ? "Length, " : "";
        Row(page, $"{of}min", CellText.Number(kind, moments.Min));
        for (var i = 0; i < summary.Quantiles.Length; i++)
            Row(page, string.Create(CultureInfo.InvariantCulture, $"{of}{ColumnSummary.Shares[i] * 100:0.#} %"), CellText.Number(kind, summary.Quantiles[i]));
        Row(page, $"{of}max", CellText.Number(kind, moments.Max));
        Row(page, $"{of}mean", CellText.Number(kind == ColumnKind.Boolean ? ColumnKind.Number : kind, moments.Mean));
        if (moments.Count > 1)
        {
            Row(page, $"{of}sd", kind == ColumnKind.Time
                ? CellText.Duration(moments.StandardDeviation)
                : CellText.Number(ColumnKind.Number, moments.StandardDeviation));
        }
    }

    private static void Histogram(StringBuilder page, ColumnSummary summary, FixedHistogram histogram)
    {
        var most = Math.Max(1, histogram.Counts.Max());
        page.Append("<figure><svg viewBox=\"0 0 200 100\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Histogram\">");
        for (var i = 0; i < histogram.Counts.Count; i++)
        {
            var height = 100.0 * histogram.Counts[i] / most;
            page.Append(CultureInfo.InvariantCulture, $"<rect x=\"{i * 10}\" y=\"{100 - height:0.##}\" width=\"9\" height=\"{height:0.##}\"><title>{histogram.Counts[i]:N0}</title></rect>");
        }

        page.Append("</svg><figcaption><span>").Append(Encoded(CellText.Number(summary.NumberKind, histogram.Edges[0])))
            .Append("</span><span>").Append(Encoded(CellText.Number(summary.NumberKind, histogram.Edges[^1]))).Append("</span></figcaption></figure>");
    }

    private static void Row(StringBuilder page, string name, string value) =>
        page.Append("<tr><td>").Append(Encoded(name)).Append("</td><td>").Append(Encoded(value)).Append("</td></tr>");

    private static string Encoded(string text) => WebUtility.HtmlEncode(text);
}
