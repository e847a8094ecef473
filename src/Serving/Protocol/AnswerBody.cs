using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;

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
        var encoding = json.Length < WorthPacking ? null : Encoding(context.Request.Headers.AcceptEncoding.ToString());
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

    private static string? Encoding(string accepted)
    {
        foreach (var part in accepted.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part is "gzip" or "br")
                return part;
        }

        return null;
    }
}
