using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Slipway.Http.Serving.Fuzz;

/// <summary>A request of HTTP/1.1 before it is bytes, so that each part of it can be damaged by itself.</summary>
internal sealed record WireRequest(string Method, string Path)
{
    public List<(string Name, string Value)> Headers { get; init; } = [];

    public byte[] Body { get; init; } = [];

    /// <summary>Bytes of tensors behind the JSON.</summary>
    public byte[] Tail { get; init; } = [];

    /// <summary>gzip, br or deflate; null: as it is.</summary>
    public string? Packing { get; init; }

    /// <summary>What stands in the place of the framing headers and the body; null: they are right.</summary>
    public Func<byte[], byte[]>? Framing { get; init; }

    /// <summary>True: the request does not end, or says that it goes on.</summary>
    public bool IsCutOff { get; init; }

    /// <summary>A copy whose headers can be changed without changing this one's.</summary>
    public WireRequest Copy() => this with { Headers = [.. Headers] };

    public byte[] ToBytes()
    {
        var body = Packed([.. Body, .. Tail]);
        var text = new StringBuilder($"{Method} {Path} HTTP/1.1\r\n");
        foreach (var (name, value) in Headers)
            text.Append(name).Append(": ").Append(value).Append("\r\n");
        if (!Headers.Exists(header => header.Name == "Host"))
            text.Append("Host: localhost\r\n");
        if (Tail.Length > 0 && !Headers.Exists(header => header.Name == Damage.LengthHeader))
            text.Append(CultureInfo.InvariantCulture, $"{Damage.LengthHeader}: {Body.Length}\r\n");
        if (Packing is not null)
            text.Append(CultureInfo.InvariantCulture, $"Content-Encoding: {Packing}\r\n");
        return [.. Encoding.Latin1.GetBytes(text.ToString()), .. Framing is null ? Plain(body) : Framing(body)];
    }

    public static byte[] Plain(byte[] body) =>
        [.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n")), .. body];

    private byte[] Packed(byte[] body)
    {
        if (Packing is null)
            return body;
        using var packed = new MemoryStream();
        using (Stream stream = Packing switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            "br" => new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            _ => new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true),
        })
        {
            stream.Write(body);
        }

        return packed.ToArray();
    }
}
