using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Http;

namespace Slipway.Serving.Protocol;

/// <summary>
/// Writes JSON as UTF-8 into memory that is kept: the caller sets the commas. Utf8JsonWriter checks each token's place,
/// which an answer of fixed form does not need.
/// </summary>
internal sealed class JsonText
{
    // An answer that was larger than this gives its memory back.
    private const int KeptBytes = 4 * 1024 * 1024;

    private byte[] _buffer = new byte[4096];
    private int _length;

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    public void Clear()
    {
        _length = 0;
        if (_buffer.Length > KeptBytes)
            _buffer = new byte[4096];
    }

    public void Raw(ReadOnlySpan<byte> json)
    {
        json.CopyTo(Room(json.Length));
        _length += json.Length;
    }

    public void Comma() => Raw(","u8);

    /// <summary>Shortest text that reads back as the same number.</summary>
    public void Number<T>(T value)
        where T : IUtf8SpanFormattable
    {
        value.TryFormat(Room(32), out var written, default, CultureInfo.InvariantCulture);
        _length += written;
    }

    /// <summary>JSON has no word for what is not finite: null.</summary>
    public void Float(float value)
    {
        if (float.IsFinite(value))
            Number(value);
        else
            Raw("null"u8);
    }

    /// <inheritdoc cref="Float"/>
    public void Double(double value)
    {
        if (double.IsFinite(value))
            Number(value);
        else
            Raw("null"u8);
    }

    public void Bool(bool value) => Raw(value ? "true"u8 : "false"u8);

    public void Text(string text)
    {
        const int OnStack = 256;
        var length = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (length <= OnStack)
        {
            Span<byte> utf8 = stackalloc byte[OnStack];
            Text(utf8[..Encoding.UTF8.GetBytes(text, utf8)]);
            return;
        }

        Text(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>With quotes; invalid UTF-8 becomes replacement characters.</summary>
    public void Text(ReadOnlySpan<byte> utf8)
    {
        Raw("\""u8);
        while (!utf8.IsEmpty)
        {
            var status = JavaScriptEncoder.UnsafeRelaxedJsonEscaping.EncodeUtf8(
                utf8, Room(utf8.Length + 16), out var consumed, out var written);
            _length += written;
            utf8 = utf8[consumed..];
            if (status == OperationStatus.DestinationTooSmall)
                Grow(_buffer.Length * 2);
        }

        Raw("\""u8);
    }

    /// <summary>The items with commas between them.</summary>
    public void Join<T>(IEnumerable<T> items, Action<JsonText, T> write)
    {
        var first = true;
        foreach (var item in items)
        {
            if (!first)
                Comma();
            first = false;
            write(this, item);
        }
    }

    /// <summary>Answers with what was written.</summary>
    public async Task SendAsync(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = _length;
        await context.Response.Body.WriteAsync(Written, context.RequestAborted);
    }

    private Span<byte> Room(int length)
    {
        if (_buffer.Length - _length < length)
            Grow(checked(_length + length));
        return _buffer.AsSpan(_length);
    }

    private void Grow(int length) => Array.Resize(ref _buffer, Math.Max(length, _buffer.Length * 2));
}
