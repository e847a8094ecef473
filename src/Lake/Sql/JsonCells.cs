using System.Collections;
using System.Globalization;
using System.Text.Json;

namespace Slipway.Lake.Sql;

/// <summary>Cells of a result as JSON. Numbers that JSON cannot hold (NaN, infinities, 128 bits) are strings.</summary>
internal static class JsonCells
{
    public static void WriteRow(Utf8JsonWriter json, object?[] row)
    {
        json.WriteStartArray();
        foreach (var cell in row)
            Write(json, cell);
        json.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter json, object? cell)
    {
        switch (cell)
        {
            case null: json.WriteNullValue(); break;
            case bool value: json.WriteBooleanValue(value); break;
            case string value: json.WriteStringValue(value); break;
            case double value when double.IsFinite(value): json.WriteNumberValue(value); break;
            case float value when float.IsFinite(value): json.WriteNumberValue(value); break;
            case decimal value: json.WriteNumberValue(value); break;
            case ulong value: json.WriteNumberValue(value); break;
            case sbyte or byte or short or ushort or int or uint or long:
                json.WriteNumberValue(Convert.ToInt64(cell, CultureInfo.InvariantCulture));
                break;
            case Int128 value when value >= long.MinValue && value <= long.MaxValue: json.WriteNumberValue((long)value); break;
            case byte[] value: json.WriteBase64StringValue(value); break;
            case DateTime value: json.WriteStringValue(value); break;
            case DateTimeOffset value: json.WriteStringValue(value); break;
            case IDictionary value: WriteMap(json, value); break;
            case IEnumerable value: WriteList(json, value); break;
            default: json.WriteStringValue(Convert.ToString(cell, CultureInfo.InvariantCulture)); break;
        }
    }

    private static void WriteMap(Utf8JsonWriter json, IDictionary map)
    {
        json.WriteStartObject();
        foreach (DictionaryEntry entry in map)
        {
            json.WritePropertyName(Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!);
            Write(json, entry.Value);
        }

        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, IEnumerable list)
    {
        json.WriteStartArray();
        foreach (var item in list)
            Write(json, item);
        json.WriteEndArray();
    }
}
