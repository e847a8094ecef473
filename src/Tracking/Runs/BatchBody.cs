using System.Buffers;
using Microsoft.AspNetCore.Http;
using Slipway.Kernel;

namespace Slipway.Tracking.Runs;

/// <summary>The whole body of a batch in a rented buffer.</summary>
internal sealed class BatchBody : IDisposable
{
    /// <summary>MLflow's documented limit of a batch.</summary>
    public const int MostBytes = 1_000_000;

    private byte[] _buffer;
    private int _length;

    private BatchBody(int capacity) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    public static async Task<BatchBody> ReadAsync(HttpContext http, CancellationToken ct)
    {
        if (http.Request.ContentLength > MostBytes)
            throw TooLarge();
        var body = new BatchBody((int)(http.Request.ContentLength ?? 16 * 1024) + 1);
        try
        {
            int read;
            while ((read = await http.Request.Body.ReadAsync(body._buffer.AsMemory(body._length), ct)) > 0)
            {
                body._length += read;
                if (body._length > MostBytes)
                    throw TooLarge();
                if (body._length == body._buffer.Length)
                    body.Grow();
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private static SlipwayException TooLarge() => new(
        ErrorCode.TooLarge, $"Batched logging API requests must be at most {MostBytes} bytes; send the batch in parts.");

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        Bytes.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
