using System.Text.Json;

namespace Slipway.Serving.Routing;

/// <summary>
/// The first value of a column in a body of JSON that nobody has read yet, whichever of the forms it has: what keeps a caller with one
/// deployment where no header names it.
/// </summary>
internal static class AffinityColumn
{
    /// <summary>Null: the column is not there. What else is wrong with the body is told by who reads it.</summary>
    public static string? Find(ReadOnlyMemory<byte> body, string column)
    {
        if (body.IsEmpty)
            return null;
        try
        {
            using var document = JsonDocument.Parse(body);
            return InRoot(document.RootElement, column) is { ValueKind: JsonValueKind.String or JsonValueKind.Number } value ? value.ToString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonElement? InRoot(JsonElement root, string column)
    {
        if (root.ValueKind != JsonValueKind.Object)
            return InRows(root, column);
        foreach (var form in (ReadOnlySpan<string>)["dataframe_split", "input_data", "dataframe_records", "instances", "inputs"])
        {
            if (root.TryGetProperty(form, out var table))
                return InTable(table, column);
        }

        return null;
    }

    private static JsonElement? InTable(JsonElement table, string column)
    {
        if (table.ValueKind != JsonValueKind.Object)
            return InRows(table, column);

        // {"a":[1,2]}: a list for each column.
        if (!table.TryGetProperty("columns", out var columns) || !table.TryGetProperty("data", out var rows))
            return table.TryGetProperty(column, out var values) ? First(values) : null;
        if (columns.ValueKind != JsonValueKind.Array || rows.ValueKind != JsonValueKind.Array || rows.GetArrayLength() == 0 || rows[0].ValueKind != JsonValueKind.Array)
            return null;
        var place = columns.EnumerateArray().TakeWhile(name => name.ValueKind != JsonValueKind.String || name.GetString() != column).Count();
        return place < columns.GetArrayLength() && place < rows[0].GetArrayLength() ? First(rows[0][place]) : null;
    }

    // [{"a":1}], or the tensors of the Open Inference Protocol: [{"name":"a","data":[1]}].
    private static JsonElement? InRows(JsonElement rows, string column)
    {
        if (rows.ValueKind != JsonValueKind.Array || rows.GetArrayLength() == 0 || rows[0].ValueKind != JsonValueKind.Object)
            return null;
        foreach (var row in rows.EnumerateArray())
        {
            if (row.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String && name.GetString() == column && row.TryGetProperty("data", out var data))
                return First(data);
        }

        return rows[0].TryGetProperty(column, out var value) ? First(value) : null;
    }

    private static JsonElement? First(JsonElement value)
    {
        while (value.ValueKind == JsonValueKind.Array)
        {
            if (value.GetArrayLength() == 0)
                return null;
            value = value[0];
        }

        return value;
    }
}
