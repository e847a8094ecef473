using System.Buffers;
using System.Security.Cryptography;

namespace Slipway.Data;

/// <summary>Copies a stream and hashes it on the way: while one block is hashed and written, the next one is read.</summary>
internal static class HashedCopy
{
    private const int BufferSize = 256 * 1024;

    public static async Task<Blob> RunAsync(Stream content, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (reading, storing) = (ArrayPool<byte>.Shared.Rent(BufferSize), ArrayPool<byte>.Shared.Rent(BufferSize));
        var stored = Task.CompletedTask;
        try
        {
            var size = 0L;
            while (await content.ReadAtLeastAsync(reading, reading.Length, throwOnEndOfStream: false, ct) is var read and > 0)
            {
                await stored;
                (reading, storing) = (storing, reading);
                stored = StoreAsync(hash, storing.AsMemory(0, read), write, ct);
                size += read;
            }

            await stored;
            return new Blob(Digest.OfHash(hash.GetHashAndReset()), size);
        }
        finally
        {
            // A failed read must not give back a buffer that is being written.
            await stored.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<byte>.Shared.Return(reading);
            ArrayPool<byte>.Shared.Return(storing);
        }
    }

    private static async Task StoreAsync(
        IncrementalHash hash, ReadOnlyMemory<byte> block, Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> write, CancellationToken ct)
    {
        var hashed = Task.Run(() => hash.AppendData(block.Span), CancellationToken.None);
        try
        {
            await write(block, ct);
        }
        finally
        {
            await hashed;
        }
    }
}
