using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Slipway.Serving.Protocol;

/// <summary>Sends a JSON answer, packed when the client reads that and it is worth it.</summary>
internal static class AnswerBody
{
    private const int WorthPacking = 2048;

    /// <summary>The answer is copied into the connection's buffers, so that the slot is free before the client has read it.</summary>
    public static void Write(HttpContext context, ReadOnlySpan<byte> json)
    {
        var response = context.Response;
        response.ContentType = "application/json";
        var encoding = json.Length < WorthPacking ? null : Encoding(context.Request.Headers.AcceptEncoding);
        if (encoding is null)
        {
            response.ContentLength = json.Length;
            response.BodyWriter.Write(json);
            return;
        }

        using var packed = new MemoryStream();
        using (Stream stream = encoding == "gzip"
            ? new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)
            : new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            stream.Write(json);
        }

        response.Headers.ContentEncoding = encoding;
        response.Headers.Vary = "Accept-Encoding";
        response.ContentLength = packed.Length;
        response.BodyWriter.Write(packed.GetBuffer().AsSpan(0, (int)packed.Length));
    }

    // The one that the client likes best; of two that it likes as well the first.
    private static string? Encoding(StringValues accepted)
    {
        if (accepted.Count == 0 || !StringWithQualityHeaderValue.TryParseList(accepted, out var wishes))
            return null;
        var (best, most) = ((string?)null, 0.0);
        foreach (var wish in wishes)
        {
            var name = wish.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) || wish.Value == "*" ? "gzip"
                : wish.Value.Equals("br", StringComparison.OrdinalIgnoreCase) ? "br" : null;
            if (name is not null && (wish.Quality ?? 1) > most)
                (best, most) = (name, wish.Quality ?? 1);
        }

        return best;
    }
}
