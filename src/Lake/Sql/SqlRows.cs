using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Slipway.Engines.DuckDb;

namespace Slipway.Lake.Sql;

/// <summary>Writes the rows of a result while the engine computes them: no more than a flush of them is in memory.</summary>
internal static class SqlRows
{
    private const int FlushBytes = 64 * 1024;
    private static readonly JsonWriterOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task JsonAsync(DuckDbResult result, long limit, PipeWriter body, CancellationToken ct)
    {
        await using var json = new Utf8JsonWriter(body, s_json);
        json.WriteStartObject();
        json.WriteStartArray("columns");
        foreach (var column in result.Columns)
        {
            json.WriteStartObject();
            json.WriteString("name", column.Name);
            json.WriteString("type", column.Type.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("rows");
        long written = 0;
        var truncated = false;
        foreach (var row in result.Rows())
        {
            if (truncated = written++ == limit)
                break;
            JsonCells.WriteRow(json, row);
            if (body.UnflushedBytes > FlushBytes)
            {
                await json.FlushAsync(ct);
                await body.FlushAsync(ct);
            }
        }

        json.WriteEndArray();
        json.WriteBoolean("truncated", truncated);
        json.WriteEndObject();
    }

    /// <summary>An object on each line.</summary>
    public static async Task NdJsonAsync(DuckDbResult result, long limit, PipeWriter body, CancellationToken ct)
    {
        var names = result.Columns.Select(column => column.Name).ToArray();
        await using var json = new Utf8JsonWriter(body, s_json);
        var pending = 0L;
        foreach (var row in Limited(result, limit))
        {
            json.WriteStartObject();
            for (var i = 0; i < names.Length; i++)
            {
                json.WritePropertyName(names[i]);
                JsonCells.Write(json, row[i]);
            }

            json.WriteEndObject();
            json.Flush();
            pending += json.BytesCommitted + 1;
            json.Reset();
            body.Write("\n"u8);
            if (pending > FlushBytes)
            {
                await body.FlushAsync(ct);
                pending = 0;
            }
        }
    }

    /// <summary>RFC 4180 with a header; a null is empty, an empty text is quoted, what is nested is JSON.</summary>
    public static async Task CsvAsync(DuckDbResult result, long limit, PipeWriter body, CancellationToken ct)
    {
        var line = new StringBuilder();
        line.AppendJoin(',', result.Columns.Select(column => Quoted(column.Name))).Append("\r\n");
        foreach (var row in Limited(result, limit))
        {
            line.AppendJoin(',', row.Select(Cell)).Append("\r\n");
            if (line.Length > FlushBytes)
                await FlushAsync();
        }

        await FlushAsync();

        async Task FlushAsync()
        {
            await body.WriteAsync(Encoding.UTF8.GetBytes(line.ToString()), ct);
            line.Clear();
        }
    }

    private static IEnumerable<object?[]> Limited(DuckDbResult result, long limit)
    {
        long written = 0;
        foreach (var row in result.Rows())
        {
            if (written++ == limit)
                yield break;
            yield return row;
        }
    }

    private static string Cell(object? cell) => cell switch
    {
        null => "",
        "" => "\"\"",
        string text => Quoted(text),
        bool flag => flag ? "true" : "false",
        DateTime naive => naive.ToString("yyyy-MM-ddTHH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        IFormattable plain and not DateTimeOffset => plain.ToString(null, CultureInfo.InvariantCulture),
        _ => Quoted(Json(cell)),
    };

    private static string Json(object cell)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, s_json))
            JsonCells.Write(json, cell);
        var text = Encoding.UTF8.GetString(buffer.ToArray());
        return (cell is DateTimeOffset or byte[]) ? text.Trim('"') : text;
    }

    private static string Quoted(string text) => text.AsSpan().ContainsAny(",\"\r\n")
        ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : text;
}
