using System.Globalization;
using System.Text;
using System.Text.Json;
using Slipway.Lake.Sql;
using Slipway.Statistics.Profiles;

namespace Slipway.Lake.Profiles;

/// <summary>Values of a profile as people read them.</summary>
internal static class CellText
{
    /// <summary>A value of a type that a profile has no numbers for.</summary>
    public static ReadOnlySpan<byte> Utf8(object? value)
    {
        if (value is IFormattable plain)
            return Encoding.UTF8.GetBytes(plain.ToString(null, CultureInfo.InvariantCulture));
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
            JsonCells.Write(json, value);
        return buffer.ToArray();
    }

    /// <summary>A number of a column, or a time when it is one.</summary>
    public static string Number(ColumnKind kind, double value) => kind switch
    {
        ColumnKind.Time when Math.Abs(value) < 2.5e17 && value > -6.2e16 =>
            DateTimeOffset.UnixEpoch.AddTicks((long)value * 10).ToString("yyyy-MM-ddTHH:mm:ss.FFFFFFZ", CultureInfo.InvariantCulture),
        ColumnKind.Boolean when value is 0 or 1 => value == 1 ? "true" : "false",
        _ => value.ToString(Math.Abs(value) < 1e15 && value.Equals(Math.Floor(value)) ? "F0" : "G6", CultureInfo.InvariantCulture),
    };

    public static string Top(ColumnKind kind, FrequentValue value) => value.Label ?? Number(kind, ColumnProfile.Number(value));

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Share(long part, long whole) =>
        whole == 0 ? "–" : (100.0 * part / whole).ToString("0.##", CultureInfo.InvariantCulture) + " %";

    public static string Duration(double micros) => TimeSpan.FromMicroseconds(micros).ToString("c", CultureInfo.InvariantCulture);
}
