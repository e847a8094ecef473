using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Slipway.Kernel;

namespace Slipway.Serving.Protocol.Grpc;

/// <summary>The messages of a call: each a flag for compression, its length in four bytes, and its bytes.</summary>
internal sealed class GrpcFrames
{
    private const int HeadLength = 5;

    private readonly HttpContext _context;
    private readonly BodyMemory _memory;
    private readonly bool _gzip;

    public GrpcFrames(HttpContext context, BodyMemory memory)
    {
        _context = context;
        _memory = memory;
        if (context.Request.ContentType?.StartsWith(GrpcStatus.ContentType, StringComparison.Ordinal) != true)
            throw SlipwayException.Invalid("A gRPC call has the content type application/grpc.");
        var encoding = context.Request.Headers["grpc-encoding"].ToString();
        _gzip = encoding == "gzip";
        context.Response.ContentType = GrpcStatus.ContentType;
        context.Response.Headers["grpc-accept-encoding"] = "identity,gzip";
        if (encoding.Length > 0 && !_gzip && encoding != "identity")
            throw new SlipwayException(ErrorCode.NotImplemented, $"Messages encoded as '{RequestText.Shorten(encoding)}' are not read; send gzip or identity.");

        // Answers are encoded as requests are.
        if (_gzip)
            context.Response.Headers["grpc-encoding"] = "gzip";
    }

    public bool Compresses => _gzip;

    /// <summary>A stream may pause and go on for as long as both sides like.</summary>
    public void AllowStreaming()
    {
        if (_context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (_context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }

    /// <summary>The one message of a unary call.</summary>
    public async ValueTask<RequestBody> ReadOnlyAsync(CancellationToken ct)
    {
        var message = await ReadAsync(ct) ?? throw SlipwayException.Invalid("The call has no message.");
        var more = await _context.Request.BodyReader.ReadAsync(ct);
        if (more.Buffer.IsEmpty && more.IsCompleted)
            return message;
        message.Dispose();
        throw SlipwayException.Invalid("The call has more than one message.");
    }

    /// <summary>The next message; null at the end.</summary>
    public async ValueTask<RequestBody?> ReadAsync(CancellationToken ct)
    {
        try
        {
            return await ReadNextAsync(ct);
        }
        catch (IOException)
        {
            // The client has reset the stream, as Python's does when it has read what it wanted: for us that is its end.
            return null;
        }
    }

    /// <summary>Writes the head of a message that follows as it is.</summary>
    public void WriteHead(long length) => WriteHead(compressed: 0, length);

    /// <summary>Writes a whole message, compressed if requests are.</summary>
    public void Write(ReadOnlySpan<byte> message)
    {
        var writer = _context.Response.BodyWriter;
        if (!_gzip)
        {
            WriteHead(message.Length);
            writer.Write(message);
            return;
        }

        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(message);
        WriteHead(compressed: 1, packed.Length);
        writer.Write(packed.GetBuffer().AsSpan(0, (int)packed.Length));
    }

    private async ValueTask<RequestBody?> ReadNextAsync(CancellationToken ct)
    {
        var reader = _context.Request.BodyReader;
        var head = await reader.ReadAtLeastAsync(HeadLength, ct);
        if (head.Buffer.IsEmpty && head.IsCompleted)
            return null;
        var (compressed, length) = Head(head.Buffer);
        reader.AdvanceTo(head.Buffer.GetPosition(HeadLength));
        var message = await RequestBody.ReadExactlyAsync(reader, length, _memory, ct);
        if (!compressed)
            return message;
        using (message)
            return Decompressed(message);
    }

    private void WriteHead(byte compressed, long length)
    {
        var head = _context.Response.BodyWriter.GetSpan(HeadLength);
        head[0] = compressed;
        BinaryPrimitives.WriteUInt32BigEndian(head[1..], checked((uint)length));
        _context.Response.BodyWriter.Advance(HeadLength);
    }

    private (bool Compressed, int Length) Head(ReadOnlySequence<byte> buffer)
    {
        if (buffer.Length < HeadLength)
            throw SlipwayException.Invalid($"The call ends after {buffer.Length} bytes of a message's head.");
        Span<byte> head = stackalloc byte[HeadLength];
        buffer.Slice(0, HeadLength).CopyTo(head);
        if (head[0] > 1 || (head[0] == 1 && !_gzip))
            throw SlipwayException.Invalid("A message says that it is compressed, and the call does not say how.");
        var length = BinaryPrimitives.ReadUInt32BigEndian(head[1..]);
        return length <= _memory.Limit ? (head[0] == 1, (int)length) : throw TooLarge(length);
    }

    private RequestBody Decompressed(RequestBody packed)
    {
        using var gzip = new GZipStream(packed.OpenRead(), CompressionMode.Decompress);
        try
        {
            return RequestBody.ReadAll(gzip, _memory, _memory.Limit);
        }
        catch (InvalidDataException)
        {
            throw SlipwayException.Invalid("A message is not gzip, as its call says that it is.");
        }
    }

    private SlipwayException TooLarge(long length) =>
        new(ErrorCode.TooLarge, $"A message announces {length} bytes; it has at most {_memory.Limit}. Send the rows in several calls.");
}
