using System.Globalization;
using System.Text.Json;
using Slipway.Lake.Contracts;
using Slipway.Statistics.Profiles;

namespace Slipway.Lake.Profiles;

/// <summary>A profile as JSON; times are RFC 3339.</summary>
internal static class ProfileJson
{
    public static byte[] Write(DataVersion version, TableProfile profile)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("name", version.Name.Value);
            json.WriteString("version", version.Version);
            json.WriteString("tree", version.Tree.ToString());
            json.WriteNumber("rows", profile.Rows);
            json.WriteStartArray("columns");
            foreach (var column in profile.Columns)
                Column(json, new ColumnSummary(column));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void Column(Utf8JsonWriter json, ColumnSummary summary)
    {
        var column = summary.Column;
        json.WriteStartObject();
        json.WriteString("name", column.Name);
        json.WriteString("type", column.Type);
        json.WriteString("kind", column.Kind.ToString().ToLowerInvariant());
        json.WriteNumber("count", column.Count);
        json.WriteNumber("nulls", column.Nulls);
        json.WriteNumber("notFinite", column.NotFinite);
        json.WriteNumber("distinct", column.Distinct);
        json.WriteNumber("distinctError", column.DistinctIsExact ? 0 : DistinctCount.StandardError);
        if (column.Moments.Count > 0)
            Numbers(json, summary);
        json.WriteStartArray("top");
        foreach (var value in summary.Top)
        {
            json.WriteStartObject();
            json.WritePropertyName("value");
            if (value.Label is { } label)
                json.WriteStringValue(label);
            else
                Number(json, column.Kind, ColumnProfile.Number(value));
            json.WriteNumber("count", value.Count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("topError", column.Frequent.MaxError);
        json.WriteEndObject();
    }

    private static void Numbers(Utf8JsonWriter json, ColumnSummary summary)
    {
        var (kind, moments) = (summary.NumberKind, summary.Column.Moments);
        json.WriteStartObject(summary.IsOfLengths ? "lengths" : "values");
        Named(json, "min", kind, moments.Min);
        Named(json, "max", kind, moments.Max);
        Named(json, "mean", kind, moments.Mean);
        // Of times it is a length of time, in seconds.
        var unit = kind == ColumnKind.Time ? 1e6 : 1;
        if (moments.Count > 1 && double.IsFinite(moments.StandardDeviation))
            json.WriteNumber(kind == ColumnKind.Time ? "standardDeviationSeconds" : "standardDeviation", moments.StandardDeviation / unit);
        json.WriteStartObject("quantiles");
        for (var i = 0; i < summary.Quantiles.Length; i++)
            Named(json, ColumnSummary.Shares[i].ToString(CultureInfo.InvariantCulture), kind, summary.Quantiles[i]);
        json.WriteEndObject();
        json.WriteNumber("quantileError", summary.Column.Quantiles.RelativeError);
        if (summary.Histogram is { } histogram)
        {
            json.WriteStartObject("histogram");
            json.WriteStartArray("edges");
            foreach (var edge in histogram.Edges)
                Number(json, kind, edge);
            json.WriteEndArray();
            json.WriteStartArray("counts");
            foreach (var count in histogram.Counts)
                json.WriteNumberValue(count);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Named(Utf8JsonWriter json, string name, ColumnKind kind, double value)
    {
        json.WritePropertyName(name);
        Number(json, kind, value);
    }

    private static void Number(Utf8JsonWriter json, ColumnKind kind, double value)
    {
        if (kind == ColumnKind.Time || !double.IsFinite(value))
            json.WriteStringValue(CellText.Number(kind, value));
        else
            json.WriteNumberValue(value);
    }
}
