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

    private readonly byte[] _buffer;
    private readonly int _length;

    private RequestBody(byte[] buffer, int length)
    {
        _buffer = buffer;
        _length = length;
    }

    public int Length => _length;

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    /// <summary>TooLarge beyond the limit; what the header announces is not believed before it is there.</summary>
    public static ValueTask<RequestBody> ReadAsync(HttpRequest request, int limit, CancellationToken ct) =>
        request.Headers.ContentEncoding is { Count: > 0 } encoding
            ? ReadPackedAsync(request, encoding.ToString(), limit, ct)
            : ReadPlainAsync(request, limit, ct);

    /// <summary>So many bytes, which the buffer grows to as they arrive.</summary>
    public static async ValueTask<RequestBody> ReadExactlyAsync(PipeReader reader, int length, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Min(Math.Max(length, 1), 64 * FirstBytes));
        var read = 0;
        try
        {
            while (read < length)
            {
                var result = await reader.ReadAsync(ct);
                var part = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, length - read));
                if (part.IsEmpty && result.IsCompleted)
                    throw SlipwayException.Invalid($"A message announces {length} bytes and has {read}.");
                buffer = Grown(buffer, read, (int)part.Length);
                part.CopyTo(buffer.AsSpan(read));
                read += (int)part.Length;
                reader.AdvanceTo(part.End);
            }

            return new RequestBody(buffer, length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    /// <summary>All of a stream that is unpacked from memory; TooLarge beyond the limit, however small it was packed.</summary>
    public static RequestBody ReadAll(Stream stream, int limit)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
        var length = 0;
        try
        {
            while (true)
            {
                buffer = Grown(buffer, length, 1);
                var read = stream.Read(buffer, length, buffer.Length - length);
                if (read == 0)
                    return new RequestBody(buffer, length);
                length += read;
                if (length > limit)
                    throw TooLarge(limit);
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    public Stream OpenRead() => new MemoryStream(_buffer, 0, _length, writable: false);

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private static async ValueTask<RequestBody> ReadPackedAsync(HttpRequest request, string encoding, int limit, CancellationToken ct)
    {
        using var packed = await ReadPlainAsync(request, limit, ct);
        return Unpacked(packed, encoding, limit);
    }

    private static async ValueTask<RequestBody> ReadPlainAsync(HttpRequest request, int limit, CancellationToken ct)
    {
        if (request.ContentLength > limit)
            throw TooLarge(limit);

        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(request.ContentLength ?? FirstBytes, 64 * FirstBytes));
        var length = 0;
        try
        {
            while (true)
            {
                var read = await request.BodyReader.ReadAsync(ct);
                var arrived = read.Buffer;
                if (length + arrived.Length > limit)
                    throw TooLarge(limit);
                buffer = Grown(buffer, length, (int)arrived.Length);
                arrived.CopyTo(buffer.AsSpan(length));
                length += (int)arrived.Length;
                request.BodyReader.AdvanceTo(arrived.End);
                if (read.IsCompleted)
                    return new RequestBody(buffer, length);
            }
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private static byte[] Grown(byte[] buffer, int length, int more)
    {
        if (buffer.Length - length >= more)
            return buffer;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length + more, buffer.Length * 2));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static RequestBody Unpacked(RequestBody packed, string encoding, int limit)
    {
        using var stream = encoding switch
        {
            "gzip" => new GZipStream(packed.OpenRead(), CompressionMode.Decompress),
            "br" => new BrotliStream(packed.OpenRead(), CompressionMode.Decompress),
            "deflate" => new ZLibStream(packed.OpenRead(), CompressionMode.Decompress),
            "identity" => packed.OpenRead(),
            _ => throw SlipwayException.Invalid($"A body encoded as '{InferParser.Shorten(encoding)}' is not read; send gzip, br or deflate."),
        };
        try
        {
            return ReadAll(stream, limit);
        }
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
        {
            throw new SlipwayException(ErrorCode.InvalidParameter, $"The body is not {encoding}, as its header says that it is.", exception);
        }
    }

    private static SlipwayException TooLarge(int limit) => new(
        ErrorCode.TooLarge, $"The body is larger than {limit} bytes; send the rows in several requests.");
}
