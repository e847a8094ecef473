using System.Buffers;
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
    public static async ValueTask<RequestBody> ReadAsync(HttpRequest request, int limit, CancellationToken ct)
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

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    private static byte[] Grown(byte[] buffer, int length, int more)
    {
        if (buffer.Length - length >= more)
            return buffer;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(length + more, buffer.Length * 2));
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    private static SlipwayException TooLarge(int limit) => new(
        ErrorCode.TooLarge, $"The body is larger than {limit} bytes; send the rows in several requests.");
}
