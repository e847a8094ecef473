using System.Globalization;
using System.Text;
using Slipway.Lake.Contracts;
using Slipway.Statistics.Profiles;

namespace Slipway.Lake.Profiles;

/// <summary>A profile for a terminal.</summary>
internal static class ProfileText
{
    private const string Bars = " ▁▂▃▄▅▆▇█";

    public static string Write(DataVersion version, TableProfile profile)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{version.Name}:{version.Version}  {profile.Rows:N0} rows, {profile.Columns.Count} columns\n");
        foreach (var column in profile.Columns)
            Column(text, new ColumnSummary(column));
        return text.ToString();
    }

    private static void Column(StringBuilder text, ColumnSummary summary)
    {
        var column = summary.Column;
        text.Append('\n').Append(column.Name).Append("  ").Append(column.Type).Append('\n');
        Line(text, "nulls", $"{CellText.Count(column.Nulls)} ({CellText.Share(column.Nulls, column.Count)})");
        if (column.NotFinite > 0)
            Line(text, "not finite", CellText.Count(column.NotFinite));
        Line(text, "distinct", summary.Distinct);
        if (column.Moments.Count > 0)
            Numbers(text, summary);
        if (summary.Top.Count > 0)
        {
            Line(text, "top", string.Join(", ", summary.Top.Take(5).Select(value =>
                $"{CellText.Top(column.Kind, value)} ({CellText.Share(value.Count, column.Count)})")));
        }
    }

    private static void Numbers(StringBuilder text, ColumnSummary summary)
    {
        var (kind, moments) = (summary.NumberKind, summary.Column.Moments);
        var what = summary.IsOfLengths ? "length" : "values";
        var spread = kind == ColumnKind.Time
            ? CellText.Duration(moments.StandardDeviation)
            : CellText.Number(kind, moments.StandardDeviation);
        var deviation = moments.Count > 1 ? $", sd {spread}" : "";
        Line(text, what, $"{CellText.Number(kind, moments.Min)} to {CellText.Number(kind, moments.Max)}, mean {CellText.Number(ColumnMean(kind), moments.Mean)}{deviation}");
        Line(text, "quantiles", string.Join("  ", summary.Quantiles.Select((value, index) =>
            string.Create(CultureInfo.InvariantCulture, $"{ColumnSummary.Shares[index] * 100:0.#}%: {CellText.Number(kind, value)}"))));
        if (summary.Histogram is { } histogram)
            Line(text, "histogram", Bar(histogram));
    }

    // The mean of a boolean is the share of true.
    private static ColumnKind ColumnMean(ColumnKind kind) => kind == ColumnKind.Boolean ? ColumnKind.Number : kind;

    private static void Line(StringBuilder text, string name, string value) => text.Append("  ").Append(name.PadRight(11)).Append(value).Append('\n');

    private static string Bar(FixedHistogram histogram)
    {
        var most = Math.Max(1, histogram.Counts.Max());
        return "|" + string.Concat(histogram.Counts.Select(count =>
            Bars[count == 0 ? 0 : 1 + (int)((Bars.Length - 2) * (double)count / most)])) + "|";
    }
}
