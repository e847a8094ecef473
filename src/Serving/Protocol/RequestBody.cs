using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Slipway.Kernel;

namespace Slipway.Serving.Protocol;

/// <summary>A whole request body in one piece of borrowed memory: what a parser over a span needs.</summary>
internal readonly struct RequestBody : IDisposable
{
    private const int FirstBytes = 16 * 1024;

    private readonly BodyMemory _memory;
    private readonly byte[] _buffer;
    private readonly int _length;

    private RequestBody(BodyMemory memory, byte[] buffer, int length)
    {
        _memory = memory;
        _buffer = buffer;
        _length = length;
    }

    public int Length => _length;

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>TooLarge beyond the limit; what the header announces is not believed before it is there.</summary>
    public static ValueTask<RequestBody> ReadAsync(HttpRequest request, BodyMemory memory, int limit, CancellationToken ct) =>
        request.Headers.ContentEncoding is { Count: > 0 } encoding
            ? ReadPackedAsync(request, encoding.ToString(), memory, limit, ct)
            : ReadPlainAsync(request, memory, limit, ct);

    /// <summary>So many bytes, which the buffer grows to as they arrive.</summary>
    public static async ValueTask<RequestBody> ReadExactlyAsync(PipeReader reader, int length, BodyMemory memory, CancellationToken ct)
    {
        byte[] buffer = [];
        var read = 0;
        try
        {
            while (read < length)
            {
                var result = await reader.ReadAsync(ct);
                var part = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, length - read));
                if (part.IsEmpty && result.IsCompleted)
                    throw SlipwayException.Invalid($"A message announces {length} bytes and has {read}.");
                buffer = Grown(memory, buffer, read, (int)part.Length);
                part.CopyTo(buffer.AsSpan(read));
                read += (int)part.Length;
                reader.AdvanceTo(part.End);
            }

            return new RequestBody(memory, buffer, length);
        }
        catch
        {
            memory.Return(buffer);
            throw;
        }
    }

    /// <summary>All of a stream that is unpacked from memory; TooLarge beyond the limit, however small it was packed.</summary>
    public static RequestBody ReadAll(Stream stream, BodyMemory memory, int limit)
    {
        byte[] buffer = [];
        var length = 0;
        try
        {
            while (true)
            {
                buffer = Grown(memory, buffer, length, 1);
                var read = stream.Read(buffer, length, buffer.Length - length);
                if (read == 0)
                    return new RequestBody(memory, buffer, length);
                length += read;
                if (length > limit)
                    throw TooLarge(limit);
            }
        }
        catch
        {
            memory.Return(buffer);
            throw;
        }
    }

    public Stream OpenRead() => new MemoryStream(_buffer, 0, _length, writable: false);

    public void Dispose() => _memory.Return(_buffer);

    private static async ValueTask<RequestBody> ReadPackedAsync(HttpRequest request, string encoding, BodyMemory memory, int limit, CancellationToken ct)
    {
        using var packed = await ReadPlainAsync(request, memory, limit, ct);
        return Unpacked(packed, encoding, memory, limit);
    }

    // Nothing is borrowed before the first bytes are there: a client that only announces a body holds no memory.
    private static async ValueTask<RequestBody> ReadPlainAsync(HttpRequest request, BodyMemory memory, int limit, CancellationToken ct)
    {
        if (request.ContentLength > limit)
            throw TooLarge(limit);

        byte[] buffer = [];
        var length = 0;
        try
        {
            while (true)
            {
                var read = await request.BodyReader.ReadAsync(ct);
                var arrived = read.Buffer;
                if (length + arrived.Length > limit)
                    throw TooLarge(limit);
                buffer = Grown(memory, buffer, length, (int)arrived.Length);
                arrived.CopyTo(buffer.AsSpan(length));
                length += (int)arrived.Length;
                request.BodyReader.AdvanceTo(arrived.End);
                if (read.IsCompleted)
                    return new RequestBody(memory, buffer, length);
            }
        }
        catch (InvalidOperationException exception)
        {
            // The web server says so where the headers behind chunks are no text.
            memory.Return(buffer);
            throw new SlipwayException(ErrorCode.InvalidParameter, $"The body cannot be read to its end: {exception.Message}", exception);
        }
        catch
        {
            memory.Return(buffer);
            throw;
        }
    }

    private static byte[] Grown(BodyMemory memory, byte[] buffer, int length, int more)
    {
        if (buffer.Length - length >= more)
            return buffer;
        var larger = memory.Rent(Math.Max(length + more, Math.Max(buffer.Length * 2, FirstBytes)));
        buffer.AsSpan(0, length).CopyTo(larger);
        memory.Return(buffer);
        return larger;
    }

    private static RequestBody Unpacked(RequestBody packed, string encoding, BodyMemory memory, int limit)
    {
        using var stream = encoding.ToLowerInvariant() switch
        {
            "gzip" or "x-gzip" => new GZipStream(packed.OpenRead(), CompressionMode.Decompress),
            "br" => new BrotliStream(packed.OpenRead(), CompressionMode.Decompress),
            "deflate" => new ZLibStream(packed.OpenRead(), CompressionMode.Decompress),
            "identity" => packed.OpenRead(),
            _ => throw SlipwayException.Invalid($"A body encoded as '{RequestText.Shorten(encoding)}' is not read; send gzip, br or deflate."),
        };
        try
        {
            return ReadAll(stream, memory, limit);
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            throw new SlipwayException(ErrorCode.InvalidParameter, $"The body is not {encoding}, as its header says that it is.", exception);
        }
    }

    private static SlipwayException TooLarge(int limit) => new(
        ErrorCode.TooLarge, $"The body is larger than {limit} bytes; send the rows in several requests.");
}
